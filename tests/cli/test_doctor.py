"""`edgeflow doctor` says what is there and, for what is not, what to do."""

from __future__ import annotations

import json

import pytest

from edgeflow.cli import main
from tests.schemas import check_answer


@pytest.fixture
def run(capfd, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["doctor", *map(str, arguments)])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    return run


def findings(out):
    answer = json.loads(out)
    check_answer(answer)
    return {finding["what"]: finding for finding in answer["findings"]}


def test_what_everything_needs_is_here_and_nothing_is_made(run, tmp_path):
    code, out, _ = run("--json")
    found = findings(out)
    assert code == 0 and all(one["state"] == "ok" for one in found.values() if one["needed"])
    assert all(bool(one["remedy"]) == (one["state"] != "ok") for one in found.values())
    assert not list(tmp_path.iterdir())
    image = found["image of arm64-virt"]  # the cache folder is an empty one
    assert image["state"] == "missing" and "hardware/images/build.sh" in image["remedy"]
    code, out, _ = run()
    assert code == 0 and "missing: image of arm64-virt" in out


def test_programs_that_are_missing_come_with_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setattr("edgeflow.pipeline.doctor._SEARCH", str(tmp_path))
    code, out, _ = run("--json")
    found = findings(out)
    assert code == 0  # only their own jobs want them
    for name in ("arm-none-eabi-gcc", "qemu-system-aarch64", "adb", "sshd"):
        assert found[name]["state"] == "missing" and "apt install" in found[name]["remedy"]


def test_a_broken_device_book_fails_and_says_what_to_correct(run, tmp_path):
    (tmp_path / "devices.toml").write_text("schema = 1\n[device.x]\nport = 1\n")
    code, out, _ = run("--json")
    book = findings(out)["device book"]
    assert code == 1 and book["state"] == "broken" and "unknown key 'port'" in book["found"] and book["remedy"]


def test_a_device_that_is_asked_says_what_it_lacks(run, ssh_device, tmp_path, monkeypatch):
    base = tmp_path / "base"
    (tmp_path / "devices.toml").write_text(
        f'schema = 1\n[device.bare]\naddress = "{ssh_device.address}"\nbase = "{base}"\ntarget = "linux-x86-64"\n'
    )
    import venv

    venv.create(base / "venv", symlinks=True, with_pip=False)
    code, out, _ = run("--device", "bare", "--device", "local:", "--json")
    found = findings(out)
    assert code == 1 and found["bare"]["state"] == "missing" and "devices provision bare" in found["bare"]["remedy"]
    assert found["local:"]["state"] == "ok" and "litert" in found["local:"]["found"]
    code, out, _ = run("--device", "nobody", "--json")
    assert code == 1 and findings(out)["nobody"]["state"] == "broken"
