"""Rounds against a device that is played from values: plans, batches, instructions, memory."""

from pathlib import Path

import pytest

from edgeflow.bench.clock import Clock
from edgeflow.bench.conditions import Cooled, wait_until_cool
from edgeflow.bench.measure import Options, Wanted, measure, plan_for
from edgeflow.device.answers import Hello, Invoked, Opened, TensorInfo
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import result_of
from edgeflow.progress import silent
from edgeflow.transport.address import parse_address
from edgeflow.wire.constants import DType, Slots

MODEL = load_model(Path(__file__).parents[1] / "data/sine_int8.tflite")
OPTIONS = Options("serving_default", 1, "", "", {})
TENSOR = TensorInfo(0, "angle", DType.INT8, (1, 1), 0.1, 0, 1)


class Played:
    """Answers as a session does; remembers what was asked."""

    def __init__(self, slots, conditions, invoked, memory, planned=None):
        operators = () if slots == Slots.FILES else (9,)
        self.hello = Hello(1, 1, slots, 1, 512, 25_000_000, 65536, 0, "mps2-an386", "edgeflow", "0.1", "reference", "",
                           "Cortex-M4", "", operators)  # fmt: skip
        self.told, self.invoked, self.figures, self.planned = conditions, invoked, memory, planned
        self.restarts, self.plans, self.tuned, self.readings = 0, [], [], ()
        self.models = self

    def conditions(self):
        return dict(self.told)

    def restart(self):
        self.restarts += 1

    def place(self, model, *, progress):
        return ""

    def place_library(self, library, *, progress):
        return ""

    def tune(self, settings):
        self.tuned.append((self.restarts, settings))
        return {"governor": "that needs root on the device"}

    def conditions_during(self):
        return self.readings

    def open(self, source, **options):
        return Opened(self.planned, 0 if self.planned else None, 5000, (TENSOR,), (TENSOR,))

    def write_input(self, index, data):
        assert (index, len(data)) == (0, 1)

    def invoke(self, **plan):
        self.plans.append(plan)
        return self.invoked

    def memory(self):
        return dict(self.figures)


def run(session, wanted, emulated=False):
    measured = measure(session, MODEL, OPTIONS, wanted, lambda t: feed_random(t, 0), emulated, silent)
    device = Device("desk", parse_address("qemu:mps2-an386" if emulated else "local:"), "cortex-m4", "mps2-an386")
    return result_of(MODEL, device, OPTIONS, measured)


def test_an_emulated_board_gives_instructions_and_no_time():
    invoked = Invoked((51_000, 51_000, 51_000), 1, 1, 51_200)
    memory = {"stack": 900, "arena_planned": 1200}
    session = Played(Slots.RAM, {"ticks": "instructions", "emulated": "yes"}, invoked, memory, planned=1200)
    result = run(session, Wanted(), emulated=True)
    assert result.latency_us is None and result.init_us is None and result.first_invoke_us is None
    assert result.instructions.per_invoke == 51_000 and result.instructions.init == 5000
    assert result.trusted and result.unavailable["latency_us"].startswith("emulated: ")
    assert result.memory_bytes.arena_planned == 1200 and result.memory_bytes.stack == 900
    assert result.memory_bytes.phases is None and result.memory_bytes.peak_rss is None
    assert session.restarts == 0 and session.plans[0]["max_runs"] == 3 and session.plans[0]["flags"] == 0
    assert result.device.emulated and result.device.board == "mps2-an386"


def test_a_real_board_gives_time_in_its_own_ticks():
    session = Played(Slots.FLASH, {"clock_hz": "25000000"}, Invoked((25_000,) * 40, 1, 5, 50_000), {}, planned=64)
    result = run(session, Wanted(runs=40, processes=2, warmup=5, min_s=0))
    assert result.latency_us.p50 == 1000 and result.first_invoke_us == 2000 and result.init_us == 200
    assert session.restarts == 1 and result.trusted and result.instructions is None


def test_batched_samples_are_shown_as_one_run():
    session = Played(Slots.FILES, {}, Invoked((2500,) * 40, 10, 5, 400), {})
    result = run(session, Wanted(processes=1))
    assert result.latency_us.p50 == 10 and result.conditions["runs_per_sample"] == [10]
    assert session.plans[0]["flags"] == 2 and session.plans[0]["warmup_ms"] > 0


def test_a_rate_is_paced():
    session = Played(Slots.FILES, {}, Invoked((2500,) * 40, 1, 5, 400), {})
    result = run(session, Wanted(rate_hz=10, processes=1))
    assert session.plans[0]["period_us"] == 100_000
    assert result.plan.mode == "paced" and result.plan.rate_hz == 10


@pytest.mark.parametrize(
    ("why", "wanted", "plan"),
    [
        (None, Wanted(), (5, 50, 1.0, 3)),
        ("emulated: x", Wanted(), (1, 3, 0.0, 1)),
        (None, Wanted(0, 7, 0.0, 1), (0, 7, 0.0, 1)),
        ("emulated: x", Wanted(runs=9), (1, 9, 0.0, 1)),
    ],
)
def test_what_was_not_asked_for_is_filled_in_by_the_clock(why, wanted, plan):
    found = plan_for(Clock("time", 1, False, why), wanted)
    assert (found.warmup, found.runs, found.min_s, found.processes) == plan


def test_readings_between_runs_and_missing_sources_stand_in_the_result():
    session = Played(Slots.FILES, {"load": "0.1", "cpus": "4"}, Invoked((250_000,) * 60, 1, 5, 400), {})
    session.readings = ({"at_ms": "0", "throttled": "0x0"}, {"at_ms": "1000", "throttled": "0x4"})
    result = run(session, Wanted(processes=2))
    assert [each["round"] + ":" + each["at_ms"] for each in result.conditions["during"]] == [
        "0:0", "0:1000", "1:0", "1:1000"
    ]  # fmt: skip
    assert result.conditions["before"]["temperature_mc"] is None and result.conditions["after"]["load"] == "0.1"
    assert result.reasons == ("throttling: throttled",)
    board = run(Played(Slots.FLASH, {}, Invoked((250_000,) * 60, 1, 5, 400), {}), Wanted(processes=1))
    assert board.conditions["before"] == {} and board.conditions["during"] == []


def test_settings_are_made_in_every_fresh_process_and_what_failed_is_told():
    session = Played(Slots.FILES, {}, Invoked((250_000,) * 60, 1, 5, 400), {})
    result = run(session, Wanted(processes=2, pin="1,2", governor="performance"))
    asked = {"pin": "1,2", "governor": "performance"}
    assert session.tuned == [(0, asked), (1, asked)]
    assert result.conditions["tuning"] == {
        "pin": {"value": "1,2", "refused": None},
        "governor": {"value": "performance", "refused": "that needs root on the device"},
    }
    assert "tuning" not in run(session, Wanted(processes=1)).conditions


def test_cold_runs_are_never_batched_and_boards_refuse_them():
    session = Played(Slots.FILES, {}, Invoked((250_000,) * 60, 1, 5, 400), {})
    result = run(session, Wanted(processes=1, cold=True, rate_hz=100))
    assert session.plans[0]["flags"] == 4 and result.plan.mode == "cold, paced"
    assert run(session, Wanted(processes=1, cold=True)).plan.mode == "cold"
    with pytest.raises(UsageError, match="no caches"):
        run(Played(Slots.FLASH, {}, Invoked((2500,) * 60, 1, 5, 400), {}), Wanted(cold=True))


def test_memory_is_split_into_the_process_s_own_and_mapped_files():
    figures = {"rss_import": 30, "anonymous_import": 10, "file_import": 20, "rss_steady": 50, "anonymous_steady": 25}
    memory = run(Played(Slots.FILES, {}, Invoked((250_000,) * 60, 1, 5, 400), figures), Wanted()).memory_bytes
    assert memory.phases["steady"] == 50 and memory.anonymous["steady"] == 25 and memory.file["import"] == 20
    assert memory.file["steady"] is None


def test_a_device_may_cool_down_before_each_round():
    session = Played(Slots.FILES, {}, Invoked((250_000,) * 60, 1, 5, 400), {})
    now, temperatures = [0.0], [70, 62, 54, 80]
    session.conditions = lambda: {"temperature_mc": f"cpu=20000,gpu={temperatures.pop(0)}000"}
    sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)  # noqa: E731  two lines for a clock are enough
    assert wait_until_cool(session, 55, clock=lambda: now[0], sleep=sleep) == Cooled(4.0, 54, 55)
    session.conditions = lambda: {"temperature_mc": "cpu=90000"}
    assert wait_until_cool(session, 55, clock=lambda: now[0], sleep=sleep) == Cooled(600.0, 90, 55)
    session.conditions = lambda: {}
    assert wait_until_cool(session, 55, clock=lambda: now[0], sleep=sleep) == Cooled(0.0, None, 55)
