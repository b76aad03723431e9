"""Every reason not to trust a measurement is given, and only then."""

import pytest

from edgeflow.bench.clock import Clock, clock_of
from edgeflow.bench.statistics import summarize
from edgeflow.bench.types import Round
from edgeflow.bench.verdict import reasons_against
from edgeflow.device.answers import Hello
from edgeflow.wire.constants import Slots

TIME = Clock("time", 10**9, False, None)
QUIET = {"load": "0.10", "cpus": "4", "throttled": "0x0"}


def latency(*samples):
    return summarize([Round(1.0, 1.0, tuple(map(float, each))) for each in samples])


GOOD = latency([100] * 50, [101] * 50, [100] * 50)


def hello(slots=Slots.FILES, ticks_hz=10**9):
    return Hello(1, 8, slots, 0, 1024, ticks_hz, None, 0, "", "litert", "2", "", "", "", "", ())


def test_a_quiet_steady_measurement_is_trusted():
    assert reasons_against(GOOD, TIME, QUIET, QUIET) == ()
    assert reasons_against(GOOD, TIME, {}, {}) == ()


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("0x0", "0x1", ["under-voltage"]),
        ("0x4", "0x0", ["throttled"]),
        ("0x0", "0x80000", ["temperature limit"]),
        ("0x50000", "0x50000", []),  # since boot, not during this measurement
        ("0x50000", "0x70000", ["frequency capped"]),
        ("0x0", "0xf", ["under-voltage", "frequency capped", "throttled", "temperature limit"]),
        ("broken", "0x1", []),
    ],
)
def test_throttle_bits_count_when_they_hold_or_appear(before, after, names):
    reasons = reasons_against(GOOD, TIME, {"throttled": before}, {"throttled": after})
    assert list(reasons) == [f"throttling: {name}" for name in names]


@pytest.mark.parametrize(("load", "cpus", "loaded"), [("2.1", "4", True), ("1.9", "4", False), ("x", "4", False)])
def test_a_loaded_machine_is_told(load, cpus, loaded):
    reasons = reasons_against(GOOD, TIME, {"load": load, "cpus": cpus}, {})
    assert [reason.startswith("loaded") for reason in reasons] == [True] * loaded


def test_drift_disagreeing_rounds_and_few_samples_are_told():
    drifting = latency([100 + n for n in range(60)])
    assert [r.partition(":")[0] for r in reasons_against(drifting, TIME, QUIET, QUIET)] == ["drifting"]
    apart = latency([100] * 50, [120] * 50)
    assert reasons_against(apart, TIME, QUIET, QUIET) == ("rounds disagree: their medians differ by 20%",)
    assert reasons_against(latency([100] * 5), TIME, QUIET, QUIET)[0].startswith("too few samples: 5")


def test_an_emulated_linux_machine_gives_a_time_that_is_not_trusted():
    clock = clock_of(hello(), {"emulated": "yes"})
    assert clock.why_no_time is None and clock.emulated
    assert reasons_against(GOOD, clock, QUIET, QUIET) == ("emulated",)
    assert clock_of(hello(), {}, emulated=True).emulated


def test_instructions_never_become_time():
    clock = clock_of(hello(Slots.RAM, 25_000_000), {"ticks": "instructions"}, emulated=True)
    assert clock.unit == "instructions" and clock.why_no_time.startswith("emulated: ")
    with pytest.raises(AssertionError):
        clock.us(1)
    assert reasons_against(None, clock, {}, {}, (1000, 1001, 1000)) == ()
    assert reasons_against(None, clock, {}, {}, (1000, 2000)) == ("instruction counts vary from 1000 to 2000",)
    assert reasons_against(None, clock, {}, {}) == ("no instructions were counted",)


def test_an_emulated_microcontrollers_clock_is_no_time_either():
    clock = clock_of(hello(Slots.FLASH, 25_000_000), {}, emulated=True)
    assert clock.unit == "time" and clock.why_no_time
    real = clock_of(hello(Slots.FLASH, 25_000_000), {})
    assert real.why_no_time is None and real.us(25) == 1


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        ({"throttled": "0x4"}, "throttling: throttled"),
        ({"throttled": "0x10000"}, "throttling: under-voltage"),
        ({"power_warning": "under-voltage"}, "throttling: under-voltage"),
        ({"cooling": "cpufreq-cpu0=2"}, "throttling: cooling holds the CPU back (cpufreq-cpu0=2)"),
        ({"throttle_count": "9"}, "throttling: 2 thermal events"),
        ({"others_cpus": "1.5"}, "loaded: other programs used 1.5 of 4 CPUs meanwhile"),
    ],
)
def test_what_happens_only_while_measuring_counts_as_well(reading, reason):
    before = {**QUIET, "throttle_count": "7"}
    assert reasons_against(GOOD, TIME, before, before, during=(reading,)) == (reason,)


def test_a_quiet_reading_is_no_reason():
    during = ({"throttled": "0x0", "others_cpus": "0.3", "power_warning": "none", "throttle_count": "7"},)
    assert reasons_against(GOOD, TIME, QUIET, QUIET, during=during) == ()
    assert reasons_against(GOOD, TIME, QUIET, QUIET, during=({"others_cpus": "nan"}, {"others_cpus": "x"})) == ()


def test_noise_and_too_little_time_are_told():
    noisy = latency([100, 160] * 40, [100, 160] * 40)
    assert reasons_against(noisy, TIME, QUIET, QUIET)[0].startswith("too noisy: half of the runs are 23%")
    assert reasons_against(latency([1] * 100), TIME, QUIET, QUIET)[0].startswith("too short: the samples take 0.1 ms")
