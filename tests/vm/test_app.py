"""An application on a real systemd: a unit of its account's manager, without root, undone when it does not stay up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeflow.transport.qemu_linux import QemuLinux
from tests.vm.conftest import edgeflow

pytestmark = [pytest.mark.vm, pytest.mark.timeout(1800)]
DATA = Path(__file__).parents[1] / "data"
FIRST, SECOND = DATA / "sine_int8.tflite", DATA / "sine_float32.tflite"
STEADY = """\
import json, os, time
from pathlib import Path
told = {name: os.environ[name] for name in ("EDGEFLOW_MODEL", "EDGEFLOW_RELEASE")}
told |= {"pid": os.getpid(), "bytes": Path(told["EDGEFLOW_MODEL"]).stat().st_size}
Path.home().joinpath("told.new").write_text(json.dumps(told))
Path.home().joinpath("told.new").rename(Path.home() / "told.json")
time.sleep(3600)
"""


@pytest.fixture
def lingering(provisioned: QemuLinux) -> Iterator[QemuLinux]:
    """What an administrator does once, so that an account's manager outlives its sessions."""
    for word in ("enable-linger", "disable-linger"):
        assert provisioned.shell.run(["sudo", "-n", "loginctl", word, "pi"], timeout_s=300).status == 0
        if word == "enable-linger":
            yield provisioned


def said(vm: QemuLinux, command: str) -> str:
    return vm.shell.run(["sh", "-c", command], timeout_s=300).stdout.decode().strip()


def test_systemd_keeps_an_application_that_stays_up_and_gets_the_old_one_back_else(
    lingering: QemuLinux, tmp_path: Path
) -> None:
    vm = lingering
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, script in ((good, STEADY), (bad, "raise SystemExit(3)")):
        folder.mkdir()
        (folder / "main.py").write_text(script)
    first = edgeflow("deploy", FIRST, "--device", "vm", "--name", "watch", "--app", good, "--app-up", "2")
    assert first["app"]["by"] == "systemd" and first["app"]["state"] == "running" and first["app"]["boot"] == ""
    assert first["app"]["rss_bytes"] > 1 << 20 and first["entry"] == ["python3", "main.py"]
    told = json.loads(said(vm, "cat told.json"))
    assert told["bytes"] == FIRST.stat().st_size and told["EDGEFLOW_RELEASE"] == first["release"]
    assert said(vm, f"cat /proc/{told['pid']}/cgroup").endswith(".service")  # no session's: it ends with none

    another = f"until [ \"$(cat told.json)\" != '{json.dumps(told)}' ]; do sleep 1; done; cat told.json"
    again = f"kill -KILL {told['pid']}; {another}"
    assert json.loads(said(vm, again))["EDGEFLOW_RELEASE"] == first["release"]
    history = edgeflow("devices", "show", "vm", "--history")["history"]["apps"]
    assert [(app["name"], app["state"], app["restarts"]) for app in history] == [("watch", "running", 1)]

    refused = edgeflow("deploy", SECOND, "--device", "vm", "--name", "watch", "--app", bad, status=1)
    assert "status 3" in refused["message"] and f"rolled back to {first['release']}" in refused["message"]
    (app,) = edgeflow("devices", "show", "vm", "--history")["history"]["apps"]
    assert app["release"] == first["release"] and app["state"] == "running"

    edgeflow("deploy", SECOND, "--device", "vm", "--name", "watch")  # without an application: the old one ends
    assert said(vm, "ls .config/systemd/user/*.service 2>/dev/null; pgrep -f 'main[.]py'") == ""
