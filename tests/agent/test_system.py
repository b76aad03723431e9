"""Conditions and memory from a system's files; a missing source is left out, never 0."""

import os

import pytest

CPU = "sys/devices/system/cpu/cpu{}/cpufreq/{}"
PI4 = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    "proc/cpuinfo": "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd08\n",
    "etc/os-release": 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "proc/loadavg": "0.42 0.30 0.10 1/100 1234\n",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n",
} | {
    CPU.format(n, name): value
    for n in (0, 1, 10, 2)
    for name, value in (("scaling_governor", "ondemand"), ("scaling_cur_freq", str(600000 + n)))
}


@pytest.fixture
def system(agent):
    return agent("system")


@pytest.fixture
def tree(tmp_path):
    def make(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return str(tmp_path)

    return make


def test_a_raspberry_pi_is_read_in_full(system, tree):
    found = system.conditions(tree(PI4))
    assert found["governor"] == "ondemand"
    assert found["frequency_khz"] == "600000,600001,600002,600010"
    assert found["temperature_mc"] == "cpu-thermal=48312"
    assert found["throttled"] == "0x50000"
    assert found["cpu"] == "Cortex-A72" and found["load"] == "0.42"
    assert found["board"] == "Raspberry Pi 4 Model B Rev 1.4" and found["os"] == "Debian GNU/Linux 12 (bookworm)"


def test_what_is_missing_is_absent(system, tree):
    found = system.conditions(tree({"etc/hostname": "x"}))
    assert not {"governor", "frequency_khz", "temperature_mc", "throttled", "load", "board", "emulated"} & set(found)
    assert all(value for value in found.values())


def test_unreadable_figures_are_absent(system, tree):
    files = {"sys/class/thermal/thermal_zone0/temp": "N/A\n", "sys/class/thermal/cooling_device0/temp": "1\n"}
    assert "temperature_mc" not in system.conditions(tree(files))


def test_memory_is_this_process_own(system, tree):
    status = "Name:\tx\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\nRssAnon:\t   50 kB\nRssFile:\t  150 kB\n"
    now = system.memory_now(tree({"proc/self/status": status}))
    assert now == {"peak": 300 * 1024, "rss": 200 * 1024, "anonymous": 50 * 1024, "file": 150 * 1024}
    block = bytearray(os.urandom(1) * 20_000_000)
    assert system.memory_now()["rss"] > len(block)


@pytest.mark.parametrize(
    ("files", "machine", "emulated"),
    [
        ({"proc/device-tree/compatible": "linux,dummy-virt\0"}, "aarch64", True),
        ({"sys/class/dmi/id/sys_vendor": "QEMU\n"}, "aarch64", True),
        ({"sys/class/dmi/id/sys_vendor": "QEMU\n"}, "x86_64", False),  # a virtual machine runs at full speed
        ({"proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\n"}, "armv7l", True),
        ({"proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\n"}, "x86_64", False),
        ({"proc/device-tree/compatible": "raspberrypi,4-model-b\0brcm,bcm2711\0"}, "aarch64", False),
    ],
)
def test_an_emulated_machine_is_known_as_one(system, tree, monkeypatch, files, machine, emulated):
    monkeypatch.setattr(system.platform, "machine", lambda: machine)
    assert (system.conditions(tree(files)).get("emulated") == "yes") is emulated
