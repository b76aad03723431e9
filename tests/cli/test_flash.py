"""`edgeflow flash` as a user types it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.device.book import find_device
from edgeflow.device.lock import hold
from edgeflow.firmware.segments import Segment, parse_image, write_hex
from edgeflow.pipeline.generate_runner import generate_runner
from tests.schemas import check_answer


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"EDGEFLOW_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    Path("f4.hex").write_bytes(write_hex((Segment(0x08000000, bytes(range(200))),)))
    Path("pico.hex").write_bytes(write_hex((Segment(0x10000000, bytes(range(200))),)))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(words))
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return int(stop.value.code or 0), out, err

    return run


def test_a_dry_run_prints_the_command_and_says_what_is_made_of_the_image(run) -> None:
    status, out, err = run("flash", "f4.hex", "--board", "nucleo-f446re", "--tool", "dfu-util", "--dry-run")
    words = shlex.split(out)
    assert status == 0 and words[0] == "dfu-util" and words[-2:] == ["-D", "image.bin"]
    assert "f4.hex is made into bin first" in err and "note: the bootloader in ROM" in err
    status, out, _ = run("flash", "f4.hex", "--board", "nucleo-f446re", "--tool", "openocd", "--dry-run", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert answer["command"][-1] == "program f4.hex verify reset exit" and answer["written"] == "hex"
    assert (answer["device"], answer["board"], answer["image"]["bytes"]) == (None, "nucleo-f446re", 200)


def test_a_pico_is_flashed_by_copying_a_uf2_to_its_drive(run) -> None:
    drive = Path("RPI-RP2")
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader v2.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n")
    assert run("devices", "add", "desk", "serial:///dev/ttyACM98", "--board", "pico", "--no-probe")[0] == 0
    words = ("flash", "pico.hex", "--device", "desk", "--tool", "uf2", "--port", str(drive))
    status, out, _ = run(*words, "--dry-run", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert status == 0 and answer["command"] == [] and not (drive / "edgeflow.uf2").exists()
    status, out, err = run(*words)
    assert status == 0 and "flashed pico.hex (200 B) to desk with uf2" in out and "devices probe desk" in err
    written = parse_image((drive / "edgeflow.uf2").read_bytes())
    assert written.families == (0xE48BFF56,) and written.segments[0].data[:200] == bytes(range(200))


def test_a_device_that_somebody_uses_is_not_flashed(run) -> None:
    run("devices", "add", "desk", "serial:///dev/ttyACM98", "--board", "pico", "--no-probe")
    with hold(find_device("desk")):
        status, _, err = run("flash", "pico.hex", "--device", "desk", "--tool", "uf2", "--port", ".")
    assert status == 6 and "in use" in err
    Path("esp.bin").write_bytes(b"\xe9" + bytes(0x8000 - 1) + b"\xaa\x50")
    with hold(find_device("serial:///dev/ttyACM98", target="esp32-s3")):
        words = ("flash", "esp.bin", "--board", "esp32-s3", "--tool", "esptool", "--port", "/dev/ttyACM98")
        assert run(*words)[0] == 6


def test_the_folder_of_a_built_project_is_its_image(run) -> None:
    generate_runner("pico", output="p")
    status, _, err = run("flash", "p", "--board", "pico", "--dry-run", "--tool", "openocd")
    assert status == 7 and "p holds no built image" in err
    Path("p/build").mkdir()
    Path("p/build/edgeflow_runner.elf").write_bytes(Path("pico.hex").read_bytes())
    status, out, _ = run("flash", "p", "--board", "pico", "--dry-run", "--tool", "openocd")
    assert status == 0 and "program p/build/edgeflow_runner.elf verify reset exit" in out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["f4.hex"], 2, "no device given"),
        (["f4.hex", "-d", "local:"], 2, "is no board to flash"),
        (["f4.hex", "-d", "qemu:netduinoplus2"], 2, "is emulated: it is started, not flashed"),
        (["f4.hex", "--board", "nucleo-f446re", "--tool", "openocd", "--port", "/dev/ttyACM0"], 2, "takes no --port"),
        (["f4.hex", "-d", "ssh://pi@nowhere"], 2, "edgeflow deploy MODEL"),
        (["f4.hex", "-d", "serial:///dev/ttyACM98", "--board", "nope"], 2, "unknown board 'nope'"),
        (["f4.hex", "--board", "raspberry-pi-5"], 2, "nothing is flashed to raspberry-pi-5"),
        (["f4.hex", "--board", "mps2-an386"], 2, "an emulated board starts by itself"),
        (["f4.hex", "--board", "pico", "--tool", "esptool"], 2, "its tools: picotool, uf2"),
        (["--board", "nucleo-f446re"], 2, "edgeflow generate --runner --board nucleo-f446re"),
        (["none.hex", "--board", "pico"], 7, "cannot be read"),
        (["f4.hex", "--board", "pico"], 7, "the flash of pico is from 0x10000000"),
        (["pico.hex", "--board", "pico", "--tool", "uf2", "--port", "."], 7, "no drive of a UF2 bootloader"),
        (["f4.hex", "--board", "esp32-s3", "--tool", "esptool"], 7, "esptool"),
    ],
)
def test_what_cannot_be_flashed_is_told_in_two_lines(words: list[str], status: int, said: str, run) -> None:
    found, out, err = run("flash", *words)
    assert found == status and said in err and len(err.strip().splitlines()) == 2 and out == ""
