"""The unit of systemd's user manager: paths stay paths, whatever they are called."""

from __future__ import annotations

import re

import pytest

from edgeflow.wire.constants import Status


@pytest.fixture
def systemd(agent):
    return agent("systemd")


def unquoted(written: str) -> str:
    """A word of ExecStart= as systemd.service(5) reads it."""
    assert written[0] == written[-1] == '"'
    text = re.sub(r"\\(.)", r"\1", written[1:-1])
    return text.replace("$$", "$").replace("%%", "%")


@pytest.mark.parametrize(
    "word", ["/home/pi", "/a b", '/q"q', "/back\\slash", "/100%h", "/$HOME/${x}", "/ä/'x'; rm -rf"]
)
def test_a_path_comes_out_as_it_went_in(systemd, word):
    (line,) = [line for line in systemd.unit_text("/base/wave", [word]).splitlines() if line.startswith("ExecStart=")]
    assert unquoted(line.removeprefix("ExecStart=")) == word


@pytest.mark.parametrize("word", ["/new\nExecStart=/bin/evil", "/tab\t", "/bell\x07"])
def test_a_path_that_no_unit_can_hold_is_refused(systemd, agent, word):
    with pytest.raises(agent("refusal").Refusal, check=lambda error: error.status == Status.BAD_REQUEST):
        systemd.unit_text("/base/wave", [word])


def test_deployments_of_one_name_below_two_bases_have_two_units(systemd):
    first, second = systemd.unit_name("/a/wave"), systemd.unit_name("/b/wave")
    assert first != second and re.fullmatch(r"edgeflow-wave-[0-9a-f]{8}\.service", first)


def test_without_systemd_or_outside_the_home_its_manager_is_not_asked(systemd, monkeypatch, tmp_path):
    done = type("Done", (), {"returncode": 0})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(systemd, "_systemctl", lambda *words: done)
    monkeypatch.setattr(systemd.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(systemd.os.path, "isdir", lambda path: True)
    assert systemd.answers(str(tmp_path / "home" / ".local" / "share" / "edgeflow" / "wave"))
    assert not systemd.answers(str(tmp_path / "elsewhere" / "wave"))
    monkeypatch.setattr(systemd.os.path, "isdir", lambda path: False)
    assert not systemd.answers(str(tmp_path / "home" / "wave"))


def test_an_account_whose_manager_ends_with_its_sessions_is_not_left_to_it(systemd, monkeypatch):
    asked = []
    monkeypatch.setattr(systemd, "answers", lambda folder: True)
    monkeypatch.setattr(systemd, "lingers", lambda: False)
    monkeypatch.setattr(systemd.shutil, "which", lambda name: f"/usr/bin/{name}")
    refusal = type("Done", (), {"returncode": 1})
    monkeypatch.setattr(systemd, "_run", lambda argv: asked.append(argv) or refusal)
    assert not systemd.usable("/home/pi/wave") and asked == [["loginctl", "enable-linger"]]
    refusal.returncode = 0
    assert systemd.usable("/home/pi/wave")
