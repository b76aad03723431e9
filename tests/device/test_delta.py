"""Uploads of what differs: the same bytes arrive whatever the device says, and few of them are sent."""

import hashlib
import random
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device import delta
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError, LinkError
from edgeflow.transport.address import parse_address
from edgeflow.wire.constants import UNKNOWN_BYTES, Command
from edgeflow.wire.delta import Entry, block_size, hash_of, pack_recipe, read_recipe
from tests.relay import relay

SLOT = "app"
OLD = random.Random(1).randbytes(1_500_000)
NEW = OLD[:400_000] + b"more" * 5 + OLD[400_000:900_000] + random.Random(2).randbytes(9_000) + OLD[909_000:]


def told(content):
    size = block_size(len(content))
    blocks = (content[at : at + size] for at in range(0, len(content) // size * size, size))
    return delta.Blocks(len(content), b"".join(map(hash_of, blocks)))


def made(recipes, old):
    """What a device makes of recipes."""
    entries = [entry for _, recipe in recipes for entry in read_recipe(recipe, len(old))]
    return b"".join(entry.data or old[entry.start : entry.start + entry.length] for entry in entries)


def edited(generator, old):
    """Some bytes of the old ones in another order, with new ones between, kept to 4 bytes as models are."""
    pieces = []
    for _ in range(generator.randrange(1, 6)):
        start = 4 * generator.randrange(len(old) // 4)
        pieces.append(old[start : start + 4 * generator.randrange(len(old) // 2)])
        pieces.append(generator.randbytes(4 * generator.choice((0, 1, 4, 500))))
    return b"".join(pieces)


def test_the_weak_hash_of_every_window_is_zlibs_adler_32():
    for wide, fill in ((1, None), (64, None), (128, b"\xff"), (64, b"\0")):
        data = fill * 16 * 200 if fill else random.Random(wide).randbytes(16 * 200)
        found = delta.weak_hashes(np.frombuffer(data, np.uint8).reshape(-1, 16), wide)
        assert found.tolist() == [zlib.adler32(data[16 * k : 16 * (k + wide)]) for k in range(200 - wide + 1)]


@pytest.mark.parametrize("seed", range(12))
def test_a_recipe_makes_the_new_bytes_whatever_was_edited(seed):
    generator = random.Random(seed)
    old = OLD[: generator.choice((2_000, 40_000, 300_000))]
    new = edited(generator, old)
    start = generator.randrange(len(new) + 1)
    recipes = pack_recipe(delta.find_recipe(new, start, told(old)), generator.choice((64, 65_520)))
    assert new[:start] + made(recipes, old) == new
    assert sum(size for size, _ in recipes) == len(new) - start


def test_what_moved_by_16_or_by_4_bytes_is_found_again():
    for moved in (b"", b"m" * 16, b"m" * 4, b"m" * 12):
        entries = delta.find_recipe(moved + OLD, 0, told(OLD))
        assert sum(len(entry.data) for entry in entries) <= len(moved) + block_size(len(OLD))
        assert len(entries) <= 3  # one copy, what is before it and what is left behind the last whole block


def test_bytes_that_are_all_the_same_are_one_copy():
    same = bytes(1 << 20)
    assert delta.find_recipe(same, 0, told(same)) == [Entry(1 << 20, 0)]


def test_a_device_that_makes_hashes_up_is_not_followed(monkeypatch):
    looked = []
    monkeypatch.setattr(delta, "strong_hash", lambda block: looked.append(0) or b"\0" * 8)
    content = bytes(1 << 20)
    weak = struct.pack("<I", zlib.adler32(content[:1024]))
    hashes = b"".join(weak + bytes([number]) * 8 for number in range(1, 200))
    entries = delta.find_blocks(content, 0, 1 << 20, delta.Blocks(1 << 20, hashes), 0)
    assert entries == [Entry(1 << 20, UNKNOWN_BYTES, content)]
    assert len(looked) < 1100


@pytest.mark.parametrize(
    "recipe",
    [
        b"\0",
        struct.pack("<II", 0, 0),
        struct.pack("<II", 11, 0),
        struct.pack("<II", 1, 10),
        struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFE),
        struct.pack("<II", 4, UNKNOWN_BYTES) + b"abc",
        struct.pack("<II", 0xFFFFFFFF, UNKNOWN_BYTES) + b"abc",
        struct.pack("<II", 0, UNKNOWN_BYTES),
    ],
)
def test_a_recipe_that_names_what_is_not_there_is_refused(recipe):
    with pytest.raises(ValueError, match="recipe"):
        read_recipe(struct.pack("<II", 10, 0) + recipe, 10)


def test_only_a_slow_line_is_worth_the_search():
    assert delta.pays(4_000_000, 1e6)
    assert not delta.pays(4_000_000, 100e6)
    assert not delta.pays(100_000, 2e6)


@pytest.fixture
def device(tmp_path, monkeypatch):
    """A device with the old bytes active, reached by a line that counts as slow."""
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(delta, "pays", lambda left, rate: True)
    folder = tmp_path / "base" / SLOT
    release = folder / "releases" / f"20260101T000000Z-{hashlib.sha256(OLD).hexdigest()[:8]}"
    release.mkdir(parents=True)
    (release / "model.tflite").write_bytes(OLD)
    (folder / "incoming").mkdir()
    (folder / "current").symlink_to(release.relative_to(folder))
    return Device("here", parse_address("local:"), base=str(tmp_path / "base"))


def brought(device):
    """The release that came to the old one, when nothing is left of its upload."""
    folder = Path(device.base) / SLOT
    assert list((folder / "incoming").iterdir()) == []
    [new] = {path.read_bytes() for path in (folder / "releases").glob("*/model.tflite")} - {OLD}
    return new


def test_only_what_differs_is_sent(device):
    steps = []
    with connect(device) as session:
        done = session.models.upload(SLOT, NEW, progress=lambda stage, done, total: steps.append((done, total)))
    assert brought(device) == NEW
    assert delta.SAMPLE_BYTES < done.sent < delta.SAMPLE_BYTES + 20_000
    assert steps == sorted(steps)
    assert steps[-1] == (len(NEW), len(NEW))


@pytest.mark.parametrize("unchanged", [0, 300_000])
def test_what_has_little_in_common_is_sent_whole(device, unchanged):
    other = OLD[:unchanged] + random.Random(3).randbytes(1_000_000)
    with connect(device) as session:
        assert session.models.upload(SLOT, other).sent == len(other)
    assert brought(device) == other


def test_hashes_that_lie_cost_a_second_upload_and_nothing_else(device, monkeypatch):
    ask = delta._ask
    monkeypatch.setattr(delta, "_ask", lambda connection, size: ask(connection, size)[12:] + bytes(12))
    with connect(device) as session:
        assert session.models.upload(SLOT, NEW).sent == len(NEW)
    assert brought(device) == NEW


@pytest.mark.parametrize("command", ["MODEL_BLOCKS", "MODEL_PATCH"])
def test_a_device_that_knows_nothing_of_it_gets_the_whole(device, monkeypatch, command):
    unknown = replace_command(monkeypatch, command)
    with connect(device) as session:
        with pytest.raises(DeviceStatusError) as caught:
            unknown(session)
        assert caught.value.status == "UNKNOWN_COMMAND"
        assert session.models.upload(SLOT, NEW).sent >= len(NEW) - delta.SAMPLE_BYTES
    assert brought(device) == NEW


def replace_command(monkeypatch, name):
    """Let the host use a code that no device knows; returns a function that tries it."""
    from edgeflow.device import link

    encode, code = link.frame.encode, Command[name]
    monkeypatch.setattr(link.frame, "encode", lambda seq, kind, data: encode(seq, 0x7F if kind == code else kind, data))
    fields = {"first": 0, "count": 0} if name == "MODEL_BLOCKS" else {"offset": 0, "recipe": b""}
    return lambda session: session._connection.request(code, **fields)


def test_an_upload_interrupted_in_a_recipe_goes_on_from_there(device):
    def interrupt(stage, done, total):
        if done > delta.SAMPLE_BYTES + 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), connect(device) as session:
        session.models.upload(SLOT, NEW, progress=interrupt)
    part = next((Path(device.base) / SLOT / "incoming").glob("*.part"))
    with connect(device, wait_s=30) as session:
        assert part.stat().st_size > delta.SAMPLE_BYTES
        assert NEW.startswith(part.read_bytes())
        assert session.models.upload(SLOT, NEW).sent < 400_000
    assert brought(device) == NEW


def test_a_line_cut_anywhere_leaves_what_a_later_upload_ends_well(device, ssh_device, tmp_path, monkeypatch):
    device = replace(device, address=parse_address(ssh_device.address))
    config, known = tmp_path / "alias", tmp_path / "alias_known"
    known.write_text("box " + (ssh_device.folder / "hostkey.pub").read_text())
    config.write_text(f"Host *\n HostKeyAlias box\n IdentityFile {ssh_device.folder}/id\n UserKnownHostsFile {known}\n")
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    for cut_after in (200_000, 268_500, 271_500, 276_000):
        with relay(ssh_device.port, cut_after=cut_after) as (port, _):
            cut = replace(device, address=replace(device.address, port=port))
            with pytest.raises(LinkError), connect(cut, timeout_s=20) as session:
                session.models.upload(SLOT, NEW)
    with connect(device, wait_s=30) as session:
        session.models.upload(SLOT, NEW)
    assert brought(device) == NEW


def test_recipes_are_refused_that_do_not_fit_the_upload(device):
    with connect(device) as session:
        ask = session._connection.request
        refused = {"offset": 0, "recipe": struct.pack("<II", 16, 0)}
        for command, fields in ((Command.MODEL_PATCH, refused), (Command.MODEL_BLOCKS, {"first": 0, "count": 1})):
            with pytest.raises(DeviceStatusError) as caught:
                ask(command, **fields)
            assert caught.value.status == "BAD_STATE"
        path = ask(Command.MODEL_BEGIN, slot=SLOT, size=100, sha256=hashlib.sha256(OLD[:100]).digest())["path"]
        many = struct.pack("<II", 10, 0) * 6000  # each in bounds, all together beyond the announced size
        beyond = struct.pack("<II", 16, len(OLD) - 15)
        for recipe, offset, status in (
            (many, 0, "TOO_LARGE"),
            (beyond, 0, "BAD_REQUEST"),
            (b"x", 0, "BAD_REQUEST"),
            (struct.pack("<II", 16, 0), 8, "BAD_OFFSET"),
        ):
            with pytest.raises(DeviceStatusError) as caught:
                ask(Command.MODEL_PATCH, offset=offset, recipe=recipe)
            assert caught.value.status == status
            assert not Path(path).exists() or Path(path).stat().st_size == 0
        assert ask(Command.MODEL_PATCH, offset=0, recipe=struct.pack("<II", 100, 0))["offset"] == 100
        assert Path(path).read_bytes() == OLD[:100]
        hashes = b""
        while page := ask(Command.MODEL_BLOCKS, first=len(hashes) // 12, count=10_000)["hashes"]:
            hashes += page
        assert delta.Blocks(len(OLD), hashes) == told(OLD)


def test_a_slot_without_a_release_has_no_blocks(device):
    with connect(device) as session:
        session._connection.request(Command.MODEL_BEGIN, slot="other", size=100, sha256=bytes(32))
        with pytest.raises(DeviceStatusError) as caught:
            session._connection.request(Command.MODEL_BLOCKS, first=0, count=0)
        assert caught.value.status == "NOT_FOUND"
