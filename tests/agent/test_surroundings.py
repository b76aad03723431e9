"""Readings between runs: once a second, with what other programs use; and what of a system they are read from."""

import pytest

STAT = "cpu  {} 0 0 1000 0 0 0 {} 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n"


@pytest.fixture
def played(agent, monkeypatch, tmp_path):
    """(surroundings, set time in s, set busy jiffies of others)."""
    module = agent("surroundings")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/loadavg").write_text("0.5 0 0 1/2 3\n")
    now, times = [0.0], type("times", (), {"user": 2.0, "system": 1.0})
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(module.time, "perf_counter_ns", lambda: round(now[0] * 1e9))
    monkeypatch.setattr(module.os, "times", lambda: times)

    def at(seconds, used=100, stolen=0):
        now[0] = seconds
        (tmp_path / "proc/stat").write_text(STAT.format(used, stolen))

    at(0)
    return module.Surroundings(str(tmp_path)), at, times


def test_a_reading_is_taken_each_second_and_when_asked(played):
    surroundings, at, _ = played
    for tenth in range(31):
        at(tenth / 10)
        surroundings.look()
    assert [reading.at_ms for reading in surroundings.readings] == [0, 1000, 2000, 3000]
    at(3.2)
    surroundings.look(at_once=True)
    assert surroundings.readings[-1].at_ms == 3200 and surroundings.readings[-1].conditions["load"] == "0.5"


def test_what_other_programs_use_is_the_machine_without_this_process(played):
    surroundings, at, own = played
    surroundings.look()
    own.user += 0.6
    at(1, used=100 + 60 + 30, stolen=20)
    surroundings.look()
    assert "others_cpus" not in surroundings.readings[0].conditions
    assert surroundings.readings[1].conditions["others_cpus"] == "0.50"


def test_hours_of_readings_stay_few(played, agent):
    surroundings, at, _ = played
    for second in range(5000):
        at(second)
        surroundings.look()
    assert 100 < len(surroundings.readings) < 512
    assert surroundings.readings[0].at_ms == 0 and surroundings.readings[-1].at_ms > 4_900_000


@pytest.mark.parametrize("content", ["", "cpu 1 2\n", "cpu  a b c d e f g h\n", "intr 1\n"])
def test_a_damaged_count_of_cpu_time_is_absent(agent, tmp_path, content):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text(content)
    assert agent("system").busy_s(str(tmp_path)) is None


def test_what_holds_a_cpu_back_is_read(agent, tmp_path):
    files = {
        "sys/class/thermal/cooling_device0/type": "cpufreq-cpu0",
        "sys/class/thermal/cooling_device0/cur_state": "3",
        "sys/class/thermal/cooling_device1/type": "pwm-fan",
        "sys/class/thermal/cooling_device1/cur_state": "2",
        "sys/class/thermal/cooling_device2/type": "Processor",
        "sys/class/thermal/cooling_device2/cur_state": "0",
        "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "4",
        "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "5",
        "sys/devices/system/cpu/cpu0/cache/index0/size": "32K",
        "sys/devices/system/cpu/cpu0/cache/index3/size": "16M",
        "sys/class/hwmon/hwmon1/name": "rpi_volt",
        "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1",
        "sys/class/power_supply/BAT0/status": "Discharging",
        "sys/class/power_supply/AC/online": "0",
        "proc/cpuinfo": "CPU implementer\t: 0x41\nCPU part\t: 0xd08\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    system = agent("system")
    found = system.conditions(str(tmp_path))
    assert found["cooling"] == "cpufreq-cpu0=3" and found["throttle_count"] == "9"
    assert found["power_warning"] == "under-voltage" and found["power_supply"] == "AC=offline,BAT0=Discharging"
    assert found["cpu_part"] == "0x41:0xd03,0x41:0xd08" and system.cache_bytes(str(tmp_path)) == 16 << 20
    assert system.cache_bytes(str(tmp_path / "none")) is None
