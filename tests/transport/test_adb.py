"""What adb says of devices that cannot be used, as errors with a remedy; a stand-in plays adb."""

import pytest

from edgeflow.errors import DeviceError
from edgeflow.transport.adb import AdbTransport, find_adb
from edgeflow.transport.address import parse_address


@pytest.fixture
def adb(tmp_path, monkeypatch):
    """Let adb answer every command with this script."""

    def adb(script):
        path = tmp_path / "adb"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("EDGEFLOW_ADB", str(path))
        return AdbTransport(parse_address("adb://R58M1234"), timeout_s=20)

    return adb


@pytest.mark.parametrize(
    ("script", "message", "hint"),
    [
        ("echo 'error: device unauthorized.' >&2; exit 1", "has not allowed this computer", "unlock it"),
        ("echo \"error: device 'R58M1234' not found\" >&2; exit 1", "is not there", "adb devices"),
        ("echo offline", "is offline", "replug"),
        ("echo 'error: no permissions (user in plugdev group)' >&2; exit 1", "may not be opened", "udev"),
        ("echo 'something new' >&2; exit 1", "adb does not reach it: something new", "adb devices"),
        ("exit 1", "no reason given", "adb devices"),
        ('[ "$3" = features ] && echo cmd || echo device', "gives no exit status", "Android 7"),
    ],
)
def test_a_device_that_cannot_be_used_is_told_with_what_to_do(adb, script, message, hint):
    with pytest.raises(DeviceError, match=message) as caught:
        adb(script)
    assert caught.value.exit_code == 5 and hint in caught.value.hint


def test_without_adb_its_installation_is_told(monkeypatch, tmp_path):
    for name in ("EDGEFLOW_ADB", "ANDROID_HOME", "ANDROID_SDK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DeviceError, match="adb is not installed") as caught:
        find_adb()
    assert "platform-tools" in caught.value.hint
    (tmp_path / "sdk/platform-tools").mkdir(parents=True)
    (tmp_path / "sdk/platform-tools/adb").touch(0o755)
    monkeypatch.setenv("ANDROID_HOME", str(tmp_path / "sdk"))
    assert find_adb() == str(tmp_path / "sdk/platform-tools/adb")


def test_arguments_reach_the_device_as_they_are(adb):
    script = """
case $3 in get-state) echo device ;; features) echo shell_v2 ;; shell) shift 4; sh -c "$1" ;; esac"""
    done = adb(script).run(["printf", "%s|", "a b", "$HOME", "'", '"', "`id`", ";", "é"], timeout_s=20)
    assert done.stdout.decode() == "a b|$HOME|'|\"|`id`|;|é|"


def test_a_program_that_is_not_there_is_told_by_the_variable_that_names_it(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_ADB", str(tmp_path / "adb"))
    with pytest.raises(DeviceError, match=f"EDGEFLOW_ADB names no program that can be run: {tmp_path}/adb") as caught:
        find_adb()
    assert "platform-tools" in caught.value.hint
