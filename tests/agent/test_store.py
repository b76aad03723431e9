"""Releases on disk: written once, verified, switched atomically, never outside the base."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from edgeflow.wire.constants import Status, Upload

MODEL = b"TFL3" + bytes(range(256)) * 20
OTHER = b"another model"


def digest(content):
    return hashlib.sha256(content).digest()


@pytest.fixture
def store(agent, tmp_path):
    return agent("store").Store(str(tmp_path / "base"))


@pytest.fixture
def uploads(agent, store):
    return agent("upload").Uploads(store)


@pytest.fixture
def refused(agent):
    def refused(status):
        return pytest.raises(agent("refusal").Refusal, check=lambda error: error.status == status)

    return refused


def beat():
    pass


def upload(uploads, content=MODEL, slot="kws", block=1000):
    state, offset, _ = uploads.begin(slot, len(content), digest(content), beat)
    assert state == Upload.SEND
    for at in range(offset, len(content), block):
        uploads.chunk(at, content[at : at + block])
    return uploads.commit(beat)


def activate(store, slot="kws", release=""):
    return store.activate(slot, release, lambda path: None, beat)


def test_an_upload_becomes_a_release_laid_out_as_documented(store, uploads, tmp_path):
    release, path = upload(uploads)
    folder = tmp_path / "base" / "kws"
    assert release.endswith("-" + digest(MODEL).hex()[:8]) and release[8] == "T" and release[15] == "Z"
    assert path == str(folder / "releases" / release / "model.tflite")
    assert (folder / "releases" / release / "model.tflite").read_bytes() == MODEL
    assert Path(path).stat().st_mode & 0o222 == 0
    assert list((folder / "incoming").iterdir()) == [] and not (folder / "current").exists()
    assert activate(store) == (release, "")
    assert str((folder / "current").readlink()) == f"releases/{release}"
    assert not (folder / "previous").exists()
    events = [json.loads(line)["event"] for line in (folder / "log.jsonl").read_text().splitlines()]
    assert events == ["commit", "activate"]


def test_the_same_model_again_is_nothing_to_do(store, uploads):
    release, path = upload(uploads)
    assert uploads.begin("kws", len(MODEL), digest(MODEL), beat) == (Upload.COMMITTED, len(MODEL), path)
    assert activate(store) == (release, "")
    assert uploads.begin("kws", len(MODEL), digest(MODEL), beat)[0] == Upload.ACTIVE


def test_a_release_that_has_rotted_is_sent_again(uploads):
    _, path = upload(uploads)
    Path(path).chmod(0o644)
    with Path(path).open("r+b") as file:
        file.write(b"x")
    assert uploads.begin("kws", len(MODEL), digest(MODEL), beat)[:2] == (Upload.SEND, 0)


def test_a_broken_upload_goes_on_where_it_stopped(uploads, agent, tmp_path):
    uploads.begin("kws", len(MODEL), digest(MODEL), beat)
    uploads.chunk(0, MODEL[:1500])
    again = agent("upload").Uploads(agent("store").Store(str(tmp_path / "base")))
    assert again.begin("kws", len(MODEL), digest(MODEL), beat)[:2] == (Upload.SEND, 1500)
    again.chunk(1500, MODEL[1500:])
    assert again.commit(beat)[0]


def test_damaged_bytes_are_dropped_and_nothing_is_released(uploads, refused, tmp_path):
    uploads.begin("kws", len(MODEL), digest(MODEL), beat)
    uploads.chunk(0, b"x" * len(MODEL))
    with refused(Status.BAD_CHECKSUM):
        uploads.commit(beat)
    assert list((tmp_path / "base/kws/releases").iterdir()) == []
    assert uploads.begin("kws", len(MODEL), digest(MODEL), beat)[:2] == (Upload.SEND, 0)


def test_chunks_come_in_order_and_within_the_announced_size(uploads, refused):
    with refused(Status.BAD_STATE):
        uploads.chunk(0, b"x")
    with refused(Status.BAD_STATE):
        uploads.commit(beat)
    uploads.begin("kws", 10, digest(b"0123456789"), beat)
    with refused(Status.BAD_OFFSET):
        uploads.chunk(5, b"x")
    with refused(Status.TOO_LARGE):
        uploads.chunk(0, b"x" * 11)


def test_previous_is_what_was_current(store, uploads):
    first, _ = upload(uploads)
    activate(store)
    second, _ = upload(uploads, OTHER)
    assert activate(store) == (second, first)
    assert activate(store, release=first) == (first, second)
    assert store.slots("kws", beat)[first].startswith("active " + digest(MODEL).hex())
    assert store.slots("kws", beat)[second].startswith("previous ")
    assert store.slots("", beat) == {"kws": "active " + digest(MODEL).hex()}


def test_a_release_that_fails_its_trial_does_not_become_active(store, uploads, agent, tmp_path):
    first, _ = upload(uploads)
    activate(store)
    upload(uploads, OTHER)

    def fail(path):
        raise agent("refusal").Refusal(Status.BAD_MODEL, "no")

    with pytest.raises(agent("refusal").Refusal):
        store.activate("kws", "", fail, beat)
    assert str((tmp_path / "base/kws/current").readlink()) == f"releases/{first}"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "A", "x" * 65, "a b", ".hidden", "agent", "cache", "io"]
)
def test_a_name_cannot_lead_elsewhere(uploads, refused, name):
    with refused(Status.BAD_REQUEST):
        uploads.begin(name, 1, digest(b"x"), beat)


@pytest.mark.parametrize("release", ["../../etc", "..", "20260101T000000Z-00000000", "x/../y"])
def test_only_a_release_of_the_slot_can_be_activated(store, uploads, refused, release):
    upload(uploads)
    with refused(Status.NOT_FOUND):
        activate(store, release=release)


def test_links_out_of_the_base_are_not_followed(store, uploads, refused, tmp_path):
    outside = tmp_path / "outside"
    (outside / "releases").mkdir(parents=True)
    (outside / "incoming").mkdir()
    base = tmp_path / "base"
    base.mkdir()
    (base / "kws").symlink_to(outside)
    with refused(Status.NOT_FOUND):
        uploads.begin("kws", len(MODEL), digest(MODEL), beat)
    victim = tmp_path / "victim"
    victim.write_bytes(b"keep")
    uploads.begin("other", len(MODEL), digest(MODEL), beat)
    (base / "other/incoming" / (digest(MODEL).hex() + ".part")).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        uploads.chunk(0, MODEL)
    assert victim.read_bytes() == b"keep"
    (base / "other/current").symlink_to(outside)
    with refused(Status.NOT_FOUND):
        store.active_model("other")


def test_shared_files_lie_in_two_folders_only(store, refused, tmp_path):
    store.make_scratch()
    io = tmp_path / "base/io"
    assert store.scratch_file(str(io / "input-0")) == str(io / "input-0")
    for path in (tmp_path / "base/kws", io / "../../x", io / "..", "/etc/passwd"):
        with refused(Status.BAD_REQUEST):
            store.scratch_file(str(path))


def test_a_full_disk_is_said_before_anything_is_sent(uploads, refused, monkeypatch, agent):
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr(agent("upload").shutil, "disk_usage", lambda folder: usage)
    with refused(Status.TOO_LARGE):
        uploads.begin("kws", len(MODEL), digest(MODEL), beat)


def test_tried_models_are_kept_in_number(store, tmp_path):
    store.make_scratch()
    cache = tmp_path / "base/cache"
    for number in range(12):
        (cache / f"{number}.tflite").write_bytes(b"x")
        os.utime(cache / f"{number}.tflite", (number, number))
    store.prune_cache(str(cache / "0.tflite"))
    assert {path.stem for path in cache.iterdir()} == {"0", *map(str, range(5, 12))}
