"""Damaged and hostile metadata and archives: each gives a refusal of two lines or a value, never anything else."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edgeflow.errors import EdgeflowError, ModelError
from edgeflow.model import archive
from edgeflow.model import metadata as m
from edgeflow.model.archive import archive_start, file_sizes, name_fault, read_files
from edgeflow.model.metadata_read import parse_metadata, read_metadata
from edgeflow.model.metadata_toml_write import metadata_toml
from edgeflow.model.metadata_write import pack_metadata, write_metadata
from edgeflow.model.read import read_model
from tests.model.everything import EVERYTHING, FILES
from tests.model.tiny import FLOAT32, add_entry, tiny

PATH = Path("fuzzed.tflite")
ONE = [("x", FLOAT32, (1, 3))]
ONLY = tiny(ONE, ONE)
WHOLE = write_metadata(tiny([*ONE, ("z", FLOAT32, (1,))], ONE), EVERYTHING, FILES)
_BARE = tiny([*ONE, ("z", FLOAT32, (1,))], ONE, lambda made: add_entry(made, m.ENTRY, pack_metadata(EVERYTHING)))


def zipped(*entries: tuple[str, bytes], model: bytes = ONLY) -> bytes:
    """A model with files behind it, as other programs put them there."""
    whole = io.BytesIO()
    whole.write(model)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return whole.getvalue()


FOREIGN = zipped(*FILES.items(), model=_BARE)


def survives(content: bytes) -> str:
    """What became of it: read, written again, or refused. Anything but these fails the test."""
    try:
        found = read_metadata(content)
    except ModelError as error:
        assert error.message and error.hint and "\n" not in error.message
        return "refused"
    try:
        files = read_files(content, PATH)
        if found is not None:
            metadata_toml(found)
        written = write_metadata(content, found or m.ModelMetadata("new"), files)
    except EdgeflowError as error:
        assert error.message and error.hint
        return "read"
    assert read_model(written, PATH).main.tensors
    again = read_metadata(written)
    assert again is not None
    if "nan" not in repr(found):
        assert write_metadata(written, again, read_files(written, PATH)) == written
    return "written"


@pytest.mark.parametrize("whole", [WHOLE, FOREIGN], ids=["ours", "another's"])
def test_a_cut_file_is_refused_or_read(whole: bytes) -> None:
    cuts = random.Random(1).sample(range(len(whole)), 300)
    assert {"refused", "written"} <= {survives(whole[:length]) for length in cuts} | {survives(whole)}


@pytest.mark.parametrize("whole", [WHOLE, FOREIGN], ids=["ours", "another's"])
def test_flipped_bytes_are_refused_or_read(whole: bytes) -> None:
    source = random.Random(2)
    results = []
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(source.choice((1, 1, 1, 4, 32))):
            damaged[source.randrange(len(damaged))] ^= source.randrange(1, 256)
        results.append(survives(bytes(damaged)))
    assert set(results) >= {"refused", "written"}


@pytest.mark.parametrize("whole", [WHOLE, FOREIGN], ids=["ours", "another's"])
def test_wild_offsets_and_counts_are_refused_or_read(whole: bytes) -> None:
    source = random.Random(3)
    for _ in range(500):
        damaged = bytearray(whole)
        at = source.randrange(0, len(damaged) - 4, 4)
        words = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, len(whole), len(whole) - 1, 0x10000, 64, 0)
        struct.pack_into("<I", damaged, at, source.choice(words))
        survives(bytes(damaged))


def test_damaged_metadata_alone_is_refused_or_read() -> None:
    content = pack_metadata(EVERYTHING)
    source = random.Random(4)
    results = set()
    for _ in range(1500):
        damaged = bytearray(content[: source.choice((len(content), source.randrange(len(content))))])
        for _ in range(source.choice((0, 1, 1, 4))):
            if damaged:
                damaged[source.randrange(len(damaged))] ^= source.randrange(1, 256)
        try:
            results.add(type(parse_metadata(bytes(damaged), PATH)))
        except ModelError as error:
            assert error.hint and "\n" not in error.message
            results.add(ModelError)
    assert results == {ModelError, m.ModelMetadata}


@pytest.mark.parametrize(
    "data", [b"", b"M001", b"\x08\0\0\0M002" + bytes(20), b"\xff\xff\xff\xffM001", b"\x04\0\0\0M001", b"\x08\0\0\0M001"]
)
def test_an_entry_that_is_no_metadata_is_refused_and_can_be_replaced(data: bytes) -> None:
    whole = tiny(ONE, ONE, lambda made: add_entry(made, m.ENTRY, data))
    with pytest.raises(ModelError, match="metadata of the model is damaged"):
        read_metadata(whole)
    assert read_metadata(write_metadata(whole, m.ModelMetadata("new"))) is not None


def metadata_bomb(size: int) -> bytes:
    """Vectors of subgraphs that name one subgraph again and again, and that subgraph one tensor again and again."""
    tensor = m.TensorMetadata("x" * 400)
    group = m.SubGraphMetadata(inputs=(tensor,) * (size // 8))
    content = bytearray(pack_metadata(m.ModelMetadata(subgraphs=(group,))))
    root = struct.unpack_from("<I", content)[0]
    fields = root - struct.unpack_from("<i", content, root)[0]
    slot = root + struct.unpack_from("<H", content, fields + 4 + 2 * 3)[0]
    vector = slot + struct.unpack_from("<I", content, slot)[0]
    only = vector + 4 + struct.unpack_from("<I", content, vector + 4)[0]
    # a vector of many offsets to the one table must stand before it: put it in front of everything
    count = size // 8
    head = bytearray(8 + 24 + 4 + 4 * count)
    shift = len(head)
    head[4:8] = b"M001"
    struct.pack_into("<I", head, 0, 8 + 12)
    struct.pack_into("<6H", head, 8, 12, 8, 0, 0, 0, 4)
    struct.pack_into("<iI", head, 20, 12, 8)
    struct.pack_into("<I", head, 32, count)
    for number in range(count):
        at = 36 + 4 * number
        struct.pack_into("<I", head, at, shift + only - at)
    return bytes(head + content)


def test_the_bomb_is_metadata_while_it_is_small() -> None:
    found = parse_metadata(metadata_bomb(8 * 5), PATH)
    assert [len(subgraph.inputs) for subgraph in found.subgraphs] == [5] * 5


def test_tables_that_share_their_parts_cost_no_more_than_the_files_size_explains() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (60, 60)); "
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); from pathlib import Path; "
        "from edgeflow.model.metadata_read import parse_metadata; "
        "from tests.model.test_metadata_hostile import metadata_bomb; parse_metadata(metadata_bomb(400_000), Path('b'))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=200, cwd=root)
    assert done.returncode == 1
    assert "far more often than its size explains" in done.stderr


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "/etc/passwd", "a/b.txt", "..", ".", "C:x", "a\\b", "tab\t", "\x1b[31m", "x" * 300, "a/"],
)
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    assert name_fault(name)
    content = zipped((name, b"1"))
    with pytest.raises(ModelError, match="associated file"):
        read_files(content, PATH)
    with pytest.raises(ModelError):
        write_metadata(tiny(ONE, ONE), m.ModelMetadata(), {name: b"1"})


def test_ordinary_names_are_taken() -> None:
    names = ("labels.txt", "Ä ö.txt", ".hidden", "a..b", "日本.txt")
    assert [name_fault(name) for name in names] == [None] * 5
    files = {name: name.encode() for name in names}
    assert read_files(write_metadata(tiny(ONE, ONE), m.ModelMetadata(), files), PATH) == files


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 100_000)
    fits = zipped(("a", bytes(60_000)), ("b", bytes(40_000)))
    assert len(fits) < 10_000
    assert sum(map(len, read_files(fits, PATH).values())) == 100_000
    for content in (zipped(("a", bytes(60_000)), ("b", bytes(40_001))), zipped(("a", bytes(50_000_000)))):
        with pytest.raises(ModelError, match="more than 100000 bytes"):
            read_files(content, PATH)


def test_a_size_that_lies_is_refused() -> None:
    content = bytearray(zipped(("a", bytes(5000))))
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 4)  # claims 4 bytes unpacked
    with pytest.raises(ModelError, match="damaged"):
        read_files(bytes(content), PATH)


def test_two_files_of_one_name_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped(("a", b"1"), ("a", b"2"))
    with pytest.raises(ModelError, match="twice"):
        read_files(twice, PATH)
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    with pytest.raises(ModelError, match="3 associated files"):
        read_files(zipped(("a", b""), ("b", b""), ("c", b"")), PATH)
    with pytest.raises(ModelError, match="3 associated files"):
        write_metadata(tiny(ONE, ONE), m.ModelMetadata(), {"a": b"", "b": b"", "c": b""})


def test_an_encrypted_or_unknown_entry_is_refused() -> None:
    for place, value in ((8, 1), (10, 99)):  # flags, method
        content = bytearray(zipped(("a", b"1234")))
        struct.pack_into("<H", content, content.rindex(b"PK\x01\x02") + place, value)
        with pytest.raises(ModelError):
            read_files(bytes(content), PATH)


def test_the_start_of_the_files_is_where_the_model_ends() -> None:
    model = tiny(ONE, ONE)
    assert archive_start(model) == len(model)
    assert archive_start(zipped()) == len(model)
    assert archive_start(zipped(("a", b"1"), ("b", b"2"))) == len(model)
    assert file_sizes(zipped(("a", b"1"), ("b", b"22"))) == (("a", 1), ("b", 2))
    assert file_sizes(model) == ()


def test_a_mark_that_lies_about_an_earlier_splice_changes_no_model() -> None:
    for shift, old_root in ((64, 40), (0, 0), (2**32 - 64, 8), (128, 2**31)):
        content = bytearray(WHOLE)
        struct.pack_into("<II", content, 16, shift, old_root)
        before = read_model(bytes(content), PATH)
        after = read_model(write_metadata(bytes(content), EVERYTHING, FILES), PATH)
        assert [tensor.name for tensor in after.main.tensors] == [tensor.name for tensor in before.main.tensors]
        assert read_metadata(after) == read_metadata(WHOLE)
