"""Applications on disk: only what the manifest lists, as it lists it, read-only; everything hostile is refused."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edgeflow.deploy import sshsig
from edgeflow.wire.bundle import identity
from edgeflow.wire.constants import Status, Upload
from tests.agent.releases import entry

MODEL = b"TFL3" + bytes(range(256))
FILES = {"app/main.py": b"print('hello')\n", "app/lib/data.bin": bytes(range(256)) * 20, "app/run": b"#!/bin/sh\n"}
ALL = tuple(FILES.items())


def digest(content):
    return hashlib.sha256(content).digest()


def beat():
    pass


@pytest.fixture
def uploads(agent, tmp_path):
    return agent("upload").Uploads(agent("store").Store(str(tmp_path / "base")))


@pytest.fixture
def refused(agent):
    return lambda status: pytest.raises(agent("refusal").Refusal, check=lambda error: error.status == status)


def manifest_of(files, **more):
    listed = [entry("model.tflite", MODEL)]
    listed += [entry(path, content, **({"executable": True} if path == "app/run" else {})) for path, content in files]
    return {"name": "wave", "files": listed, "entry": ["./run"], **more}


def deliver(uploads, files=ALL, *, payload=None, manifest=None):
    """What a host uploads, in order; returns commit's answer."""
    manifest = manifest or manifest_of(files)
    payload = b"".join(content for _, content in files) if payload is None else payload
    uploads.announce("wave", identity(manifest), digest(payload), len(payload))
    state, offset, part = uploads.begin("wave", len(MODEL), digest(MODEL), beat)
    assert state == Upload.SEND
    uploads.chunk(offset, MODEL[offset:])
    Path(part).with_name(f"{digest(payload).hex()}.app").write_bytes(payload)
    Path(part + ".json").write_text(json.dumps(manifest))
    return uploads.commit(beat)


def nothing_is_left(tmp_path):
    folder = tmp_path / "base" / "wave"
    kept = (".part", ".part.json")  # the model's digest holds, so it need not be sent again
    left = [path.name for path in (folder / "incoming").iterdir() if not path.name.endswith(kept)]
    return left == [] and list((folder / "releases").iterdir()) == []


def test_the_files_lie_as_the_manifest_lists_them_and_nobody_writes_to_them(uploads, tmp_path):
    release, path = deliver(uploads)
    place = Path(path).parent
    assert {str(p.relative_to(place)): p.read_bytes() for p in (place / "app").rglob("*") if p.is_file()} == FILES
    assert all(p.stat().st_mode & 0o222 == 0 for p in (place / "app").rglob("*"))
    assert {p.name for p in (place / "app").iterdir() if p.is_file() and p.stat().st_mode & 0o100} == {"run"}
    assert list((tmp_path / "base/wave/incoming").iterdir()) == [] and place.name == release


def test_only_the_whole_bundle_counts_as_there(uploads):
    release, _ = deliver(uploads)
    manifest = manifest_of(ALL)

    def again(manifest, app=b"x"):
        uploads.announce("wave", identity(manifest), digest(app), len(app))
        return uploads.begin("wave", len(MODEL), digest(MODEL), beat)[0]

    assert again(manifest) == Upload.COMMITTED
    assert again({**manifest, "created": "later", "version": 7}) == Upload.COMMITTED
    assert again({**manifest, "entry": ["python3", "main.py"]}) == Upload.SEND
    changed = tuple({**FILES, "app/main.py": b"print('other')\n"}.items())
    assert deliver(uploads, changed)[0] != release
    assert again(manifest) == Upload.COMMITTED  # both are there


@pytest.mark.parametrize(
    "path",
    [
        "app/../../escape",
        "app/../model.tflite",
        "/etc/passwd",
        "app//x",
        "app/./x",
        "app/",
        "app/new\nline",
        "app/\x1b[2J",
        "other/x",
        "manifest.json",
        "app/" + "x" * 300,
        "app/" + "y/" * 600 + "z",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_before_anything_is_made(uploads, refused, tmp_path, path):
    with refused(Status.BAD_REQUEST):
        deliver(uploads, ((path, b"x"), ("app/run", b"y")))
    assert not (tmp_path / "escape").exists() and not (tmp_path / "base" / "escape").exists()
    assert list((tmp_path / "base/wave/releases").iterdir()) == []


@pytest.mark.parametrize(
    "files",
    [
        (("app/a", b"1"), ("app/a", b"2")),
        (("app/a", b"1"), ("app/a/b", b"2")),
        (("app/a/b", b"2"), ("app/a", b"1")),
    ],
    ids=["twice", "a file as folder", "a folder as file"],
)
def test_files_that_cannot_lie_together_are_refused(uploads, refused, files):
    with refused(Status.BAD_REQUEST):
        deliver(uploads, files)


@pytest.mark.parametrize(
    "more",
    [
        {"entry": None},
        {"entry": "rm -rf /"},
        {"entry": []},
        {"entry": [1]},
        {"entry": ["a\0b"]},
        {"entry": [""]},
        {"up_s": -1},
        {"up_s": 1e9},
        {"up_s": "5"},
        {"up_s": True},
    ],
    ids=str,
)
def test_an_entry_or_a_time_that_cannot_be_is_refused(uploads, refused, more):
    with refused(Status.BAD_REQUEST):
        deliver(uploads, manifest=manifest_of(ALL, **more))


@pytest.mark.parametrize("spoil", ["short", "long", "empty", "bit", "swapped"])
def test_a_stream_that_is_not_what_the_manifest_lists_leaves_nothing(uploads, refused, tmp_path, spoil):
    whole = b"".join(FILES.values())
    payload = {
        "short": whole[:-1],
        "long": whole + b"x",
        "empty": b"",
        "bit": whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        "swapped": b"".join(reversed(FILES.values())),
    }[spoil]
    with refused(Status.BAD_CHECKSUM):
        deliver(uploads, payload=payload)
    assert nothing_is_left(tmp_path)
    assert deliver(uploads)[0]  # and the next one succeeds


def test_a_stream_that_is_a_link_is_not_followed(uploads, refused, tmp_path):
    manifest, payload = manifest_of(ALL), b"".join(FILES.values())
    (tmp_path / "elsewhere").write_bytes(payload)
    uploads.announce("wave", identity(manifest), digest(payload), len(payload))
    _, _, part = uploads.begin("wave", len(MODEL), digest(MODEL), beat)
    uploads.chunk(0, MODEL)
    Path(part).with_name(f"{digest(payload).hex()}.app").symlink_to(tmp_path / "elsewhere")
    Path(part + ".json").write_text(json.dumps(manifest))
    with refused(Status.NOT_FOUND):
        uploads.commit(beat)


def test_damaged_manifests_of_any_kind_are_refused_as_such(agent):
    chosen = random.Random(8)
    whole = bytearray(json.dumps(manifest_of(ALL)).encode())
    parse = agent("manifest").parse
    assert parse(bytes(whole)).entry == ["./run"]
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chosen.randrange(1, 4)):
            data[chosen.randrange(len(data))] = chosen.randrange(256)
        try:
            told = parse(bytes(data[: chosen.randrange(len(data))] if chosen.random() < 0.2 else data))
        except ValueError:
            continue
        assert all(path.startswith("app/") or path == "model.tflite" for path in told.files)
        assert not any(".." in path.split("/") for path in told.files)


def test_a_broken_upload_of_an_application_goes_on_where_it_stopped(uploads):
    payload = b"".join(FILES.values())
    wanted = ("wave", identity(manifest_of(ALL)), digest(payload), len(payload))
    assert uploads.announce(*wanted) == 0
    _, _, part = uploads.begin("wave", len(MODEL), digest(MODEL), beat)
    Path(part).with_name(f"{digest(payload).hex()}.app").write_bytes(payload[:700])
    assert uploads.announce(*wanted) == 700
    uploads.begin("wave", len(MODEL), digest(MODEL), beat)
    assert uploads.announce(*wanted) == 700  # begin has not cleared it away
    assert uploads.announce("wave", wanted[1], digest(b"other"), 5) == 0


def test_an_application_too_large_or_a_disk_too_small_is_said_before_anything_is_sent(
    uploads, refused, agent, monkeypatch
):
    with refused(Status.TOO_LARGE):
        uploads.announce("wave", bytes(32), bytes(32), 1 << 40)
    usage = type("Usage", (), {"free": 3 << 20})
    monkeypatch.setattr(agent("upload").shutil, "disk_usage", lambda folder: usage)
    uploads.announce("wave", bytes(32), bytes(32), 2 << 20)
    with refused(Status.TOO_LARGE):
        uploads.begin("wave", len(MODEL), digest(MODEL), beat)


def test_altered_application_files_do_not_become_active_and_old_releases_are_pruned_with_them(
    uploads, refused, agent, monkeypatch
):
    store, seconds = uploads._store, itertools.count(1_800_000_000)
    monkeypatch.setattr(agent("upload").time, "time", lambda: next(seconds))
    release, path = deliver(uploads)
    main = Path(path).parent / "app" / "main.py"
    main.chmod(0o644)
    main.write_bytes(b"print('evil!')\n")
    with refused(Status.BAD_CHECKSUM):
        store.activate("wave", release, lambda path: None, beat)
    for number in range(7):
        files = tuple({**FILES, "app/main.py": b"%d" % number}.items())
        store.activate("wave", deliver(uploads, files)[0], lambda path: None, beat)
    folder = Path(store.base) / "wave"
    assert len(store.releases(str(folder))) == 5 and list((folder / "incoming").iterdir()) == []


def test_a_file_that_nobody_signed_keeps_an_application_from_starting(uploads, refused):
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    store, manifest, payload = uploads._store, manifest_of(ALL), b"".join(FILES.values())
    store.trust.add(base64.b64encode(sshsig.public_blob(key)).decode(), "")
    with refused(Status.BAD_SIGNATURE):
        deliver(uploads)
    uploads.announce("wave", identity(manifest), digest(payload), len(payload))
    _, offset, part = uploads.begin("wave", len(MODEL), digest(MODEL), beat)
    uploads.chunk(offset, MODEL[offset:])
    Path(part).with_name(f"{digest(payload).hex()}.app").write_bytes(payload)
    Path(part + ".json").write_text(json.dumps(manifest))
    Path(part + ".json.sig").write_bytes(sshsig.sign(key, json.dumps(manifest).encode()))
    release, path = uploads.commit(beat)
    (Path(path).parent / "app").chmod(0o755)
    (Path(path).parent / "app" / "numpy.py").write_text("evil")
    with refused(Status.BAD_SIGNATURE):
        store.activate("wave", release, lambda path: None, beat)
    (Path(path).parent / "app" / "numpy.py").unlink()
    assert store.activate("wave", release, lambda path: None, beat)[0] == release
