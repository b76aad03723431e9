"""Releases in files, kept by the runner: the same answers and the same tree as the agent gives."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edgeflow.deploy import sshsig
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError
from edgeflow.transport.address import parse_address
from edgeflow.wire.bundle import identity
from edgeflow.wire.constants import Command, Pin, Slots, Upload

DATA = Path(__file__).parents[1] / "data"
SINE, KWS, MIXED = ((DATA / f"{name}.tflite").read_bytes() for name in ("sine_float32", "kws_int8", "mixed_int8"))
BROKEN = b"TFL3" + bytes(500)
KEY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))
_RELEASE = re.compile(r"[0-9]{8}T[0-9]{6}Z-(?=[0-9a-f]{8})")


def public(key):
    return base64.b64encode(sshsig.public_blob(key)).decode()


def digest(content):
    return hashlib.sha256(content).digest()


class Side:
    """One of the two, with its folder; what it says is told without times and places."""

    def __init__(self, session, base):
        self.session, self.base, self.releases = session, base, {}

    def ask(self, command, **fields):
        """The reply's fields, or the refusal's status, told so that both sides can be compared."""
        try:
            return self.told(self.session.request(command, **fields))
        except DeviceStatusError as refusal:
            return refusal.status

    def told(self, value):
        if isinstance(value, dict):
            return {self.told(name): self.told(one) for name, one in value.items()}
        if isinstance(value, str):
            return self._timeless(value.replace(str(self.base), "BASE"))
        return value

    def tree(self):
        """Every file and link below the base by its path; contents but for times."""
        found = {}
        for path in sorted(self.base.rglob("*")):
            name = self._timeless(str(path.relative_to(self.base)))
            if path.is_symlink():
                found[name] = "-> " + self._timeless(str(path.readlink()))
            elif path.is_file():
                text = path.read_bytes()
                found[name] = (
                    oct(path.stat().st_mode & 0o777),
                    self._lines(text) if name.endswith("log.jsonl") else text,
                )
        return found

    def _lines(self, text):
        lines = [json.loads(line) for line in text.splitlines()]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"]) for line in lines)
        return [(line["event"], self._timeless(line["release"])) for line in lines]

    def _timeless(self, text):
        return _RELEASE.sub("TIME-", text)

    def release(self, slot, content):
        """The newest release of a slot with these bytes."""
        found = sorted((self.base / slot / "releases").glob(f"*-{content.hex()[:8]}"))
        return found[-1].name


@pytest.fixture
def sides(start_runner, tmp_path):
    """The runner and the agent, each on a folder of its own."""
    with connect(Device("agent", parse_address("local:"), base=str(tmp_path / "agent"))) as session:
        runner = Side(start_runner(tmp_path / "runner"), tmp_path / "runner")
        yield runner, Side(session, tmp_path / "agent")


def both(sides, command, **fields):
    """Ask both; returns the answer, which must be the same."""
    mine, theirs = (side.ask(command, **fields) for side in sides)
    assert mine == theirs
    return mine


def upload(sides, slot, content, *, beside=None, part=None):
    """An upload to both; returns what COMMIT answered."""
    begun = both(sides, Command.MODEL_BEGIN, slot=slot, size=len(content), sha256=digest(content))
    if not isinstance(begun, dict) or begun["state"] != Upload.SEND:
        return begun
    for side in sides:
        for at in range(begun["offset"], len(part or content), 40_000):
            side.session.request(Command.MODEL_CHUNK, offset=at, data=(part or content)[at : at + 40_000])
        for end, data in (beside or {}).items():
            (side.base / slot / "incoming" / f"{digest(content).hex()}.part{end}").write_bytes(data)
    return both(sides, Command.MODEL_COMMIT)


def manifest(content, name="kws", **more):
    listed = {"path": "model.tflite", "sha256": digest(content).hex(), "bytes": len(content)}
    return json.dumps({"schema": 1, "name": name, "version": 0, "files": [listed], **more}, indent=2).encode()


def signed(content, key=KEY, name="kws"):
    text = manifest(content, name)
    return {".json": text, ".json.sig": sshsig.sign(key, text)}


def test_hello_says_files_and_their_folder(start_runner, tmp_path):
    hello = start_runner(tmp_path / "base").hello
    assert (hello.slots, hello.base, hello.slot_bytes) == (Slots.FILES, str(tmp_path / "base"), 0)
    assert hello.runtime == "edgeflow" and hello.operators


def test_runner_and_agent_answer_the_same_and_lay_down_the_same(sides):
    assert upload(sides, "kws", SINE)["path"] == f"BASE/kws/releases/TIME-{digest(SINE).hex()[:8]}/model.tflite"
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["previous"] == ""
    assert both(sides, Command.MODEL_BEGIN, slot="kws", size=len(SINE), sha256=digest(SINE))["state"] == Upload.ACTIVE
    assert isinstance(upload(sides, "kws", KWS, beside={".json": manifest(KWS)}), dict)
    assert both(sides, Command.SLOTS, slot="")["entries"] == {"kws": f"active {digest(SINE).hex()}"}
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["previous"].endswith(digest(SINE).hex()[:8])
    assert upload(sides, "other", MIXED)["release"]
    both(sides, Command.MODEL_ACTIVATE, slot="other", release="")
    assert len(both(sides, Command.SLOTS, slot="kws")["entries"]) == 2
    assert list(both(sides, Command.SLOTS, slot="")["entries"]) == ["kws", "other"]
    for side in sides:
        back = side.session.request(Command.MODEL_ACTIVATE, slot="kws", release=side.release("kws", digest(SINE)))
        assert back["previous"] == side.release("kws", digest(KWS))
    trees = [side.tree() for side in sides]
    assert trees[0] == trees[1]
    assert [event for event, _ in trees[0]["kws/log.jsonl"][1]] == [
        "commit",
        "activate",
        "commit",
        "activate",
        "activate",
    ]


def test_both_refuse_the_same(sides, tmp_path):
    for name in ("", ".", "..", "../x", "a/b", "A", "x" * 65, "a b", ".hidden", "agent", "io", "cache", "a\0b", "é"):
        assert both(sides, Command.MODEL_BEGIN, slot=name, size=1, sha256=bytes(32)) == "BAD_REQUEST"
    assert both(sides, Command.MODEL_CHUNK, offset=0, data=b"x") == "BAD_STATE"
    assert both(sides, Command.MODEL_COMMIT) == "BAD_STATE"
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="") == "NOT_FOUND"
    assert both(sides, Command.SLOTS, slot="kws") == "NOT_FOUND"
    assert both(sides, Command.OPEN, **opening("kws")) == both(sides, Command.OPEN, **opening("/none")) == "NOT_FOUND"
    assert both(sides, Command.OPEN, **opening("")) == "BAD_REQUEST"
    assert upload(sides, "kws", SINE, part=SINE[:-1]) == "BAD_CHECKSUM"
    assert upload(sides, "kws", SINE, part=bytes(len(SINE))) == "BAD_CHECKSUM"
    assert upload(sides, "kws", SINE, beside={".json": manifest(KWS)}) == "BAD_REQUEST"
    both(sides, Command.MODEL_BEGIN, slot="kws", size=10, sha256=digest(b"0123456789"))
    assert both(sides, Command.MODEL_CHUNK, offset=5, data=b"x") == "BAD_OFFSET"
    assert both(sides, Command.MODEL_CHUNK, offset=0, data=b"x" * 11) == "TOO_LARGE"
    assert both(sides, Command.MODEL_CHUNK, offset=0, data=b"01234") == {"offset": 5}
    assert both(sides, Command.MODEL_BEGIN, slot="kws", size=10, sha256=digest(b"0123456789"))["offset"] == 5
    assert upload(sides, "kws", SINE)["release"]
    for release in ("../../etc", "..", "20260101T000000Z-00000000", "x/../y", "x" * 300):
        assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release=release) == "NOT_FOUND"
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["release"]
    assert upload(sides, "kws", BROKEN)["release"]
    for side in sides:
        assert side.ask(Command.MODEL_ACTIVATE, slot="kws", release="") in ("BAD_MODEL", "RUNTIME_ERROR")
    assert both(sides, Command.SLOTS, slot="")["entries"] == {"kws": f"active {digest(SINE).hex()}"}
    assert sides[0].tree() == sides[1].tree()


def test_a_release_is_pruned_after_five_and_never_the_two_in_use(sides):
    for side in sides:
        for number in range(7):
            content = SINE + bytes([number]) * 8
            old = side.base / f"kws/releases/2020010{number + 1}T000000Z-{digest(content).hex()[:8]}"
            old.mkdir(parents=True)
            (old / "model.tflite").write_bytes(content)
        (side.base / "kws/incoming").mkdir()
    upload(sides, "kws", KWS)
    both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")
    assert len(both(sides, Command.SLOTS, slot="kws")["entries"]) == 5
    for side in sides:
        oldest = min(path.name for path in (side.base / "kws/releases").iterdir())
        assert oldest.startswith("20200104T")
        side.session.request(Command.MODEL_ACTIVATE, slot="kws", release=oldest)
    upload(sides, "kws", MIXED)
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["previous"]
    assert len(both(sides, Command.SLOTS, slot="kws")["entries"]) == 6
    assert sides[0].tree() == sides[1].tree()


def test_the_same_model_in_another_bundle_is_another_release(sides):
    first = manifest(KWS, up_s=None, entry=None)
    other = json.dumps(dict(json.loads(first), files=[*json.loads(first)["files"], {"path": "a", "sha256": "0" * 64}]))
    for text, state in ((first, Upload.SEND), (first, Upload.COMMITTED), (other.encode(), Upload.SEND)):
        same = {"slot": "kws", "identity": identity(json.loads(text)), "app": digest(b""), "app_bytes": 0}
        assert both(sides, Command.BUNDLE, **same) == {"app_offset": 0}
        begun = both(sides, Command.MODEL_BEGIN, slot="kws", size=len(KWS), sha256=digest(KWS))
        assert begun["state"] == state
        if state == Upload.SEND and text == first:
            both(sides, Command.BUNDLE, **dict(same, identity=bytes(32)))
            assert upload(sides, "kws", KWS, beside={".json": text}) == "BAD_REQUEST"
            both(sides, Command.BUNDLE, **same)
            assert upload(sides, "kws", KWS, beside={".json": text})["release"]
    mine = sides[0].ask(Command.BUNDLE, slot="kws", identity=bytes(32), app=bytes(32), app_bytes=2**40)
    assert mine == "UNSUPPORTED_OPTION"
    started = {".json": manifest(SINE, name="new", entry=["./run"])}
    begun = sides[0].ask(Command.MODEL_BEGIN, slot="new", size=len(SINE), sha256=digest(SINE))
    sides[0].session.request(Command.MODEL_CHUNK, offset=0, data=SINE)
    Path(f"{sides[0].base!s}/new/incoming/{digest(SINE).hex()}.part.json").write_bytes(started[".json"])
    assert begun and sides[0].ask(Command.MODEL_COMMIT) == "BAD_REQUEST"


def test_a_release_on_trial_is_kept_or_undone_in_the_same_way(sides):
    upload(sides, "kws", SINE)
    assert both(sides, Command.MODEL_TRY, slot="kws", release="", hold_s=60)["previous"] == ""
    assert both(sides, Command.MODEL_ACCEPT, slot="kws", good=0) == {"release": ""}
    assert both(sides, Command.SLOTS, slot="")["entries"] == {}
    assert both(sides, Command.MODEL_ACCEPT, slot="kws", good=1) == "BAD_STATE"
    both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")
    upload(sides, "kws", KWS)
    assert both(sides, Command.MODEL_TRY, slot="kws", release="", hold_s=60)["previous"]
    assert both(sides, Command.SLOTS, slot="")["entries"] == {"kws": f"active {digest(KWS).hex()}"}
    states = [json.loads((side.base / "kws/state.json").read_text()) for side in sides]
    assert all(state.pop("until") > 1e9 and state["state"] == "pending" for state in states)
    assert sides[0].told(states[0]) == sides[1].told(states[1])
    assert both(sides, Command.MODEL_ACCEPT, slot="kws", good=0)["release"].endswith(digest(SINE).hex()[:8])
    both(sides, Command.MODEL_TRY, slot="kws", release="", hold_s=60)
    assert both(sides, Command.MODEL_ACCEPT, slot="kws", good=1)["release"].endswith(digest(KWS).hex()[:8])
    assert both(sides, Command.APP, slot="kws") == {"app": {}}
    assert both(sides, Command.APP, slot="none") == "NOT_FOUND"
    assert sides[0].tree() == sides[1].tree()


def test_a_trial_ends_with_its_session_also_when_that_is_killed(start_runner, tmp_path):
    base = tmp_path / "base"
    for way in ("closed", "killed"):
        with start_runner(base) as session:
            side = Side(session, base)
            side.session.models.upload("kws", SINE)
            side.session.request(Command.MODEL_ACTIVATE, slot="kws", release=side.release("kws", digest(SINE)))
            side.session.models.upload("kws", KWS)
            new = side.release("kws", digest(KWS))
            side.session.request(Command.MODEL_TRY, slot="kws", release=new, hold_s=60)
            assert (base / "kws/current").resolve().name == new
            if way == "killed":
                os.kill(session._connection._link._pipe.pid, signal.SIGKILL)
        with start_runner(base) as session:
            assert session.models.slots() == {"kws": ("active", digest(SINE).hex())}
        events = [json.loads(line)["event"] for line in (base / "kws/log.jsonl").read_text().splitlines()]
        assert events[-1] == "return"


def test_pinned_keys_ask_for_signatures_in_the_same_way(sides):
    pinned = {"key": public(KEY), "comment": "release\nkey \x07 x", "what": Pin.ADD}
    assert both(sides, Command.TRUST, **dict(pinned, key="", what=Pin.LIST)) == {"pinned": 0, "keys": {}}
    upload(sides, "old", SINE)
    both(sides, Command.MODEL_ACTIVATE, slot="old", release="")
    assert both(sides, Command.TRUST, **pinned) == {"pinned": 1, "keys": {public(KEY): "release key   x"}}
    both(sides, Command.TRUST, **dict(pinned, key=public(STRANGER), comment=""))
    assert both(sides, Command.TRUST, key=public(STRANGER), comment="", what=Pin.REMOVE)["keys"]
    assert both(sides, Command.TRUST, key=public(STRANGER), comment="", what=Pin.REMOVE) == "NOT_FOUND"
    assert both(sides, Command.TRUST, key="AAAA", comment="", what=Pin.ADD) == "BAD_REQUEST"
    assert both(sides, Command.TRUST, key="", comment="", what=7) == "BAD_REQUEST"
    assert upload(sides, "kws", SINE) == "BAD_SIGNATURE"
    assert upload(sides, "kws", SINE, beside={".json": manifest(SINE)}) == "BAD_SIGNATURE"
    assert upload(sides, "kws", SINE, beside=signed(SINE, STRANGER)) == "BAD_SIGNATURE"
    altered = dict(signed(SINE), **{".json": manifest(SINE, version=2)})
    assert upload(sides, "kws", SINE, beside=altered) == "BAD_SIGNATURE"
    assert upload(sides, "kws", SINE, beside=dict(signed(SINE), **{".json.sig": b"x" * 100})) == "BAD_SIGNATURE"
    assert upload(sides, "kws", SINE, beside=signed(SINE, name="other"))["release"]
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="") == "BAD_SIGNATURE"
    assert upload(sides, "kws", SINE, beside=signed(SINE))["release"]
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["release"]
    for side in sides:  # what was there before the key was pinned stays active, and cannot be activated again
        old = side.release("old", digest(SINE))
        assert side.ask(Command.MODEL_ACTIVATE, slot="old", release=old) == "BAD_SIGNATURE"
    assert sides[0].tree() == sides[1].tree()


def test_a_release_altered_at_rest_does_not_become_active_and_is_sent_anew(sides):
    both(sides, Command.TRUST, key=public(KEY), comment="", what=Pin.ADD)
    for content in (SINE, KWS):
        upload(sides, "kws", content, beside=signed(content))
        both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")
    for victim in ("model.tflite", "manifest.json", "manifest.json.sig", "extra"):
        for side in sides:
            release = side.release("kws", digest(SINE))
            file = side.base / "kws/releases" / release / victim
            data = bytearray(file.read_bytes()) if file.exists() else bytearray(10)
            data[len(data) // 2] ^= 1
            file.unlink(missing_ok=True)
            file.write_bytes(data)
            status = "BAD_CHECKSUM" if victim == "model.tflite" else "BAD_SIGNATURE"
            assert side.ask(Command.MODEL_ACTIVATE, slot="kws", release=release) == status
        assert both(sides, Command.SLOTS, slot="")["entries"] == {"kws": f"active {digest(KWS).hex()}"}
        assert upload(sides, "kws", SINE, beside=signed(SINE))["release"]
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["previous"]


def test_a_damaged_list_of_keys_trusts_nobody(sides):
    for content in (b"", b"\xff\xfe", b"edgeflow ssh-ed25519 AAAA\n", b'* namespaces="edgeflow"\n'):
        for side in sides:
            (side.base / ".allowed_signers").write_bytes(content)
        assert both(sides, Command.TRUST, key="", comment="", what=Pin.LIST) == {"pinned": 1, "keys": {}}
        assert upload(sides, "kws", SINE, beside=signed(SINE)) == "BAD_SIGNATURE"


def test_links_out_of_the_base_are_not_followed(sides, tmp_path):
    outside = tmp_path / "outside"
    for name in ("releases", "incoming"):
        (outside / name).mkdir(parents=True)
    victim = tmp_path / "victim"
    victim.write_bytes(b"keep")
    for side in sides:
        (side.base / "kws").symlink_to(outside)
    assert both(sides, Command.MODEL_BEGIN, slot="kws", size=len(SINE), sha256=digest(SINE)) == "NOT_FOUND"
    both(sides, Command.MODEL_BEGIN, slot="other", size=len(SINE), sha256=digest(SINE))
    for side in sides:
        (side.base / "other/incoming" / f"{digest(SINE).hex()}.part").symlink_to(victim)
    assert both(sides, Command.MODEL_CHUNK, offset=0, data=SINE[:100]) == "IO_ERROR"
    assert victim.read_bytes() == b"keep" and not list((outside / "incoming").iterdir())
    for side in sides:
        (side.base / "other/current").symlink_to(outside)
        (side.base / ".allowed_signers").symlink_to(victim)
    assert both(sides, Command.OPEN, **opening("other")) == "NOT_FOUND"
    assert both(sides, Command.TRUST, key="", comment="", what=Pin.LIST) == {"pinned": 1, "keys": {}}


def test_what_a_crash_left_is_cleared_and_half_a_release_is_none(sides):
    upload(sides, "kws", SINE)
    both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")
    for side in sides:
        half = side.base / "kws/incoming/20990101T000000Z-00000000/deep/deeper"
        half.mkdir(parents=True)
        (half / "model.tflite").write_bytes(b"x")
        (half.parents[1] / "also").mkdir()
        (side.base / "kws/current.new").symlink_to("releases/nothing")
        (side.base / "kws/incoming/link").symlink_to("/")
    assert upload(sides, "kws", KWS)["release"]
    assert both(sides, Command.MODEL_ACTIVATE, slot="kws", release="")["previous"]
    assert sides[0].tree() == sides[1].tree()


def test_shared_files_lie_in_two_folders_only_and_tried_models_are_kept_in_number(sides):
    for number in range(12):
        for side in sides:
            path = side.base / f"cache/{number}.tflite"
            path.write_bytes(SINE)
            os.utime(path, (number, number))
    for side in sides:
        fields = {"path": str(side.base / "cache/0.tflite"), "sha256": digest(SINE)}
        assert side.session.request(Command.MODEL_USE, **fields) == {"size": len(SINE)}
        assert side.ask(Command.MODEL_USE, path=fields["path"], sha256=bytes(32)) == "BAD_CHECKSUM"
        assert {path.stem for path in (side.base / "cache").iterdir()} == {"0", *map(str, range(5, 12))}
        side.session.open(fields["path"])
        for path in (side.base / "kws", side.base / "io/../../x", side.base / "io/..", Path("/etc/passwd")):
            assert side.ask(Command.OUTPUT_SAVE, index=0, path=str(path)) == "BAD_REQUEST"
            assert side.ask(Command.INPUT_USE, index=0, path=str(path), sha256=bytes(32)) == "BAD_REQUEST"
        (side.base / "io/input-0").write_bytes(b"abcd")
        use = {"index": 0, "path": str(side.base / "io/input-0"), "sha256": digest(b"abcd")}
        assert side.ask(Command.INPUT_USE, **dict(use, sha256=bytes(32))) == "BAD_CHECKSUM"
        assert side.ask(Command.INPUT_USE, **dict(use, index=3)) == "NOT_FOUND"
        assert side.ask(Command.INPUT_USE, **use) == {"size": 4} and not (side.base / "io/input-0").exists()
        side.session.invoke(max_runs=1)
        saved = side.session.request(Command.OUTPUT_SAVE, index=0, path=str(side.base / "io/output-0"))
        assert saved == {"size": 4, "sha256": digest((side.base / "io/output-0").read_bytes())}


def opening(source):
    return {
        **dict.fromkeys(("signature", "api", "delegate", "shapes", "library"), ""),
        "source": source,
        "threads": 0,
    }
