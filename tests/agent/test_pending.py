"""A release on trial: what is written, who goes back, and when."""

from __future__ import annotations

import json

import pytest

from tests.agent.releases import FIRST, SECOND, current, lay, make_current

OLDER = "20250101T000000Z-00000000"


@pytest.fixture
def pending(agent):
    return agent("pending")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "base" / "wave"
    for release in (OLDER, FIRST, SECOND):
        lay(folder, release, None)
    make_current(folder, FIRST)
    make_current(folder, OLDER, "previous")
    return folder


def links(folder):
    return {name: (folder / name).readlink().name for name in ("current", "previous")}


def test_a_pending_release_is_current_until_it_is_gone_back_from_with_both_links_as_before(pending, folder):
    pending.begin(str(folder), SECOND, 60)
    assert links(folder) == {"current": SECOND, "previous": FIRST} and pending.pending(str(folder)) == SECOND
    assert pending.go_back(str(folder)) == FIRST
    assert links(folder) == {"current": FIRST, "previous": OLDER} and pending.pending(str(folder)) == ""
    assert list(folder.glob("*.new")) == []
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [(line["event"], line["release"]) for line in events] == [("activate", SECOND), ("return", FIRST)]


def test_an_accepted_release_stays_however_often_it_is_started(pending, folder):
    pending.begin(str(folder), SECOND, 60)
    pending.accept(str(folder))
    assert [pending.start(str(folder)) for _ in range(5)] == [None] * 5
    assert current(folder) == SECOND


def test_after_three_starts_without_acceptance_the_fourth_goes_back(pending, folder):
    pending.begin(str(folder), SECOND, 60)
    assert [pending.start(str(folder)) for _ in range(3)] == [None] * 3 and current(folder) == SECOND
    assert pending.start(str(folder)) == FIRST
    assert links(folder) == {"current": FIRST, "previous": OLDER}
    assert pending.start(str(folder)) is None


def test_after_its_time_the_next_start_goes_back(pending, folder, monkeypatch):
    pending.begin(str(folder), SECOND, 60)
    monkeypatch.setattr(pending.time, "time", lambda: 2e10)
    assert pending.start(str(folder)) == FIRST and current(folder) == FIRST


def test_with_no_release_before_none_is_current(pending, folder):
    for name in ("current", "previous"):
        (folder / name).unlink()
    pending.begin(str(folder), SECOND, 60)
    assert pending.go_back(str(folder)) == ""
    assert not (folder / "current").is_symlink() and not (folder / "previous").is_symlink()


def test_a_power_cut_between_the_state_and_the_links_leaves_the_old_release(pending, folder, monkeypatch):
    monkeypatch.setattr(pending, "link", lambda *_: (_ for _ in ()).throw(OSError("power")))
    with pytest.raises(OSError, match="power"):
        pending.begin(str(folder), SECOND, 60)
    monkeypatch.undo()
    assert current(folder) == FIRST and pending.pending(str(folder)) == SECOND
    assert pending.go_back(str(folder)) == FIRST
    assert links(folder) == {"current": FIRST, "previous": OLDER}


NONE = {"current": None, "previous": None}


@pytest.mark.parametrize(
    "told",
    [
        "nonsense",
        [],
        {"state": "pending"},
        {"state": "pending", "release": "../x", "tries": 0, "until": 1, "before": NONE},
        {"state": "pending", "release": SECOND, "tries": "3", "until": 1, "before": NONE},
        {"state": "pending", "release": SECOND, "tries": 9, "until": 1, "before": {**NONE, "current": "../../etc"}},
    ],
)
def test_a_state_that_cannot_be_says_nothing(pending, folder, told):
    (folder / "state.json").write_text(json.dumps(told))
    assert pending.pending(str(folder)) == "" and pending.start(str(folder)) is None
    assert pending.go_back(str(folder)) == FIRST and current(folder) == FIRST
