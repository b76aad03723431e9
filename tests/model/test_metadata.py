"""Metadata in and out of a model: equal values, equal bytes, and nothing else of the model touched."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeflow.errors import ModelError, UsageError
from edgeflow.model import metadata as m
from edgeflow.model.archive import read_files
from edgeflow.model.metadata_extras import Extras, extras_entry, read_extras
from edgeflow.model.metadata_read import read_metadata
from edgeflow.model.metadata_toml_read import parse_metadata_file
from edgeflow.model.metadata_toml_write import metadata_toml
from edgeflow.model.metadata_write import min_parser_version, pack_metadata, write_metadata
from edgeflow.model.read import load_model, read_model
from edgeflow.model.splice import with_entry
from tests.model.everything import EVERYTHING, FILES
from tests.model.tiny import FLOAT32, add_entry, pack, tiny

DATA = Path(__file__).parents[1] / "data"
MODELS = sorted(DATA.glob("*.tflite"))
ONE = [("x", FLOAT32, (1, 3))]
TWO = [("x", FLOAT32, (1, 3)), ("z", FLOAT32, (1,))]
LABELLED = m.ModelMetadata(
    "labelled", subgraphs=(m.SubGraphMetadata(files=(m.AssociatedFile("labels.txt", type="axis-labels"),)),)
)
LABELS = {"labels.txt": b"a\nb\n"}


def outputs(content: bytes) -> list[Any]:
    """The outputs of all signatures, or of the main graph, for inputs from a fixed seed."""
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    source = np.random.default_rng(3)
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], (source.random(detail["shape"]) * 100).astype(detail["dtype"]))
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]).tobytes() for detail in interpreter.get_output_details()]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_with_metadata_is_the_same_model(path: Path) -> None:
    before = load_model(path)
    content = write_metadata(before, LABELLED, LABELS)
    after = read_model(content, path)
    assert read_metadata(after) == replace(LABELLED, min_parser_version="1.0.0")
    assert read_files(content, path) == LABELS
    assert outputs(content) == outputs(before.content)
    assert after.signatures == before.signatures
    assert [n for n in after.metadata_names if n != m.ENTRY] == [n for n in before.metadata_names if n != m.ENTRY]
    for old, new in zip(before.metadata_spans, after.metadata_spans, strict=False):
        assert before.content[old[1] : old[1] + old[2]] == content[new[1] : new[1] + new[2]]
    for one, other in zip(before.subgraphs, after.subgraphs, strict=True):
        for old_tensor, tensor in zip(one.tensors, other.tensors, strict=True):
            assert replace(tensor, data_offset=0) == replace(old_tensor, data_offset=0)
            assert (tensor.data_offset - old_tensor.data_offset) % 64 == 0 or not tensor.is_constant


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_writing_what_was_read_gives_the_same_bytes(path: Path) -> None:
    content = write_metadata(load_model(path), LABELLED, LABELS)
    found = read_metadata(content)
    assert found is not None
    assert write_metadata(content, found, read_files(content, path)) == content
    longer = write_metadata(content, replace(LABELLED, license="x" * 5000), LABELS | {"more.txt": b"1"})
    assert write_metadata(longer, LABELLED, LABELS) == content


def test_every_field_of_the_schema_comes_back() -> None:
    content = write_metadata(tiny(TWO, [("out", FLOAT32, (1,))]), EVERYTHING, FILES)
    assert read_metadata(content) == replace(EVERYTHING, min_parser_version="1.5.0")
    assert read_files(content, Path("made.tflite")) == FILES


def strategy(table: type) -> st.SearchStrategy[Any]:
    return st.builds(table, **{name: values(table, name, wire) for name, wire in m.wire(table)})


def values(table: type, name: str, wire: m.Wire) -> st.SearchStrategy[Any]:
    """All a field can hold, lists kept short; tensors as many as the model below has."""
    text = st.text(st.characters(codec="utf-8"), max_size=8)
    numbers = {
        "f": st.floats(width=32, allow_nan=False, allow_infinity=False),
        "I": st.integers(0, 2**32 - 1),
        "i": st.integers(-(2**31), 2**31 - 1),
    }
    match wire.kind:
        case "text":
            if table is m.AssociatedFile and name == "name":
                return st.sampled_from(["labels.txt", "a b.bin", "ü.txt"])
            return st.just("") if name == "min_parser_version" else text
        case "texts":
            return st.lists(text, max_size=2).map(tuple)
        case "number":
            return numbers[wire.code]
        case "numbers":
            return st.lists(numbers[wire.code], max_size=2).map(tuple)
        case "word":
            return st.sampled_from(wire.words)
        case "bytes":
            return st.binary(max_size=40)
        case "table":
            return st.none() | strategy(wire.tables[0])
        case "union":
            return st.none() | st.one_of(*map(strategy, wire.tables))
        case "tables":
            entry = strategy(wire.tables[0])
            if wire.tables[0] is m.TensorMetadata:
                return st.just(()) | st.tuples(entry)
            return st.lists(entry, max_size=2).map(tuple)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(strategy(m.ModelMetadata))
def test_any_metadata_comes_back_from_the_model_and_from_its_file(metadata: m.ModelMetadata) -> None:
    model = load_model(DATA / "two_signatures_float32.tflite")
    files = {name: name.encode() for name in m.recorded_files(metadata)}
    content = write_metadata(model, metadata, files)
    found = read_metadata(content)
    assert found is not None
    assert replace(found, min_parser_version="") == metadata
    text = metadata_toml(metadata)
    assert parse_metadata_file(text, Path("metadata.toml"), model).metadata == metadata, text


def test_a_model_without_metadata_has_none() -> None:
    assert read_metadata(load_model(DATA / "sine_int8.tflite")) is None
    assert read_files((DATA / "sine_int8.tflite").read_bytes(), Path("sine.tflite")) == {}


def test_what_another_program_stored_is_replaced_and_gone() -> None:
    secret = m.ModelMetadata("theirs", license="the secret licence")
    whole = tiny(
        ONE, ONE, lambda made: (add_entry(made, "other", b"keep me"), add_entry(made, m.ENTRY, pack_metadata(secret)))
    )
    assert read_metadata(whole) == secret
    content = write_metadata(whole, LABELLED, LABELS)
    model = read_model(content, Path("made.tflite"))
    assert b"secret" not in content
    assert model.metadata_names == ("other", m.ENTRY)
    (_, at, size) = model.metadata_spans[0]
    assert content[at : at + size] == b"keep me"
    made = schema.ModelT.InitFromPackedBuf(content, 0)
    assert len(made.buffers) == 3  # its place in the list was free again
    assert write_metadata(content, LABELLED, LABELS) == content


def test_another_programs_files_are_replaced() -> None:
    whole = tiny(ONE, ONE)
    path = Path("made.tflite")
    content = whole + with_zip(len(whole), {"old.txt": b"old"})
    assert read_files(content, path) == {"old.txt": b"old"}
    again = write_metadata(content, LABELLED, LABELS)
    assert read_files(again, path) == LABELS and b"old.txt" not in again


def with_zip(offset: int, files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO(bytes(offset))
    with zipfile.ZipFile(whole, "a") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()[offset:]


def test_a_buffer_that_a_tensor_shares_with_the_metadata_stays() -> None:
    data = pack_metadata(m.ModelMetadata("shared"))

    def share(made: schema.ModelT) -> None:
        add_entry(made, m.ENTRY, data)
        made.subgraphs[0].tensors[0].buffer = len(made.buffers) - 1
        made.subgraphs[0].tensors[0].shape = [1]

    content = write_metadata(tiny(ONE, ONE, share), LABELLED, LABELS)
    after = read_model(content, Path("made.tflite"))
    tensor = after.main.tensors[0]
    assert content[tensor.data_offset : tensor.data_offset + tensor.constant_bytes] == data
    assert read_metadata(after) == replace(LABELLED, min_parser_version="1.0.0")


def test_constants_behind_the_flatbuffer_are_found_at_their_new_place() -> None:
    def point(made: schema.ModelT) -> None:
        buffer = schema.BufferT()
        buffer.offset, buffer.size = 0x1234, 12
        made.buffers.append(buffer)
        made.subgraphs[0].tensors[0].buffer = 1
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.customCode = 32, 32, "mine"
        made.operatorCodes = [code]
        operator = schema.OperatorT()
        operator.inputs, operator.outputs = [0], [1]
        operator.largeCustomOptionsOffset, operator.largeCustomOptionsSize = 0x1234, 4
        made.subgraphs[0].operators = [operator]

    whole = bytearray(tiny(ONE, ONE, point))
    whole += bytes(-len(whole) % 16)
    place = len(whole)
    whole = bytearray(bytes(whole).replace(struct.pack("<Q", 0x1234), struct.pack("<Q", place)))
    weights = np.array([1.5, 2.5, 3.5], np.float32).tobytes()
    content = bytes(whole) + weights
    once = write_metadata(content, LABELLED, LABELS)
    twice = write_metadata(once, replace(LABELLED, license="x" * 3000), LABELS)
    for made in (once, twice):
        model = read_model(made, Path("made.tflite"))
        tensor = model.main.tensors[0]
        assert made[tensor.data_offset : tensor.data_offset + 12] == weights
        assert made[slice(model.main.operators[0].custom_options[0], None)][:4] == weights[:4]
    assert write_metadata(twice, LABELLED, LABELS) == once


def test_a_model_newer_than_the_schema_is_refused() -> None:
    content = tiny(ONE, ONE)
    root = struct.unpack_from("<I", content)[0]
    fields = root - struct.unpack_from("<i", content, root)[0]
    assert struct.unpack_from("<H", content, fields)[0] <= 4 + 2 * 10
    room = 4 + 2 * 11
    # a copy of the root's field table with one field more, behind the model
    longer = content[fields : fields + struct.unpack_from("<H", content, fields)[0]].ljust(room - 2, b"\0")
    moved = bytearray(content + bytes(len(content) % 2) + longer + struct.pack("<H", 4))
    at = len(moved) - room
    struct.pack_into("<H", moved, at, room)
    struct.pack_into("<i", moved, root, root - at)
    read_model(bytes(moved), Path("newer.tflite"))
    with pytest.raises(ModelError, match="newer"):
        write_metadata(bytes(moved), LABELLED, LABELS)


@pytest.mark.parametrize(
    ("field", "says"),
    [("type", "is number 9"), ("union", "is of kind 9")],
)
def test_metadata_newer_than_the_schema_is_refused_not_guessed(field: str, says: str) -> None:
    if field == "type":
        file = m.AssociatedFile("a", type="scann-index")
        content = bytearray(pack_metadata(m.ModelMetadata(files=(file,))))
        places = [at for at in range(len(content)) if content[at] == 6]
    else:
        tensor = m.TensorMetadata(content=m.Content(m.Audio()))
        content = bytearray(pack_metadata(m.ModelMetadata(subgraphs=(m.SubGraphMetadata(inputs=(tensor,)),))))
        places = [at for at in range(len(content)) if content[at] == 4]
    messages = []
    for at in places:
        changed = bytes(content[:at]) + b"\x09" + bytes(content[at + 1 :])
        whole = tiny(ONE, ONE, lambda made, changed=changed: add_entry(made, m.ENTRY, changed))
        with contextlib.suppress(ModelError):
            read_metadata(whole)
            continue
        with pytest.raises(ModelError) as error:
            read_metadata(whole)
        messages.append(error.value.message)
    assert any("newer than version 1.5.0" in message and says in message for message in messages)


def test_metadata_for_another_model_is_refused() -> None:
    three = m.ModelMetadata(subgraphs=(m.SubGraphMetadata(inputs=(m.TensorMetadata(),) * 3),))
    with pytest.raises(UsageError, match=r"3 inputs, subgraph 0 of .* has 1"):
        write_metadata(tiny(ONE, ONE), three)
    with pytest.raises(UsageError, match="2 subgraphs"):
        write_metadata(tiny(ONE, ONE), m.ModelMetadata(subgraphs=(m.SubGraphMetadata(),) * 2))
    with pytest.raises(UsageError, match=r"labels\.txt"):
        write_metadata(tiny(ONE, ONE), LABELLED)


@pytest.mark.parametrize(
    "metadata",
    [
        m.ModelMetadata(files=(m.AssociatedFile("a", type="no such type"),)),
        m.ModelMetadata(subgraphs=(m.SubGraphMetadata(inputs=(m.TensorMetadata(stats=m.Stats((1e300,))),)),)),
        m.ModelMetadata("\ud800"),
        m.ModelMetadata(3),  # type: ignore[arg-type]  # what the test is about
    ],
)
def test_values_no_field_can_hold_are_refused(metadata: m.ModelMetadata) -> None:
    with pytest.raises(UsageError, match="cannot be stored"):
        write_metadata(tiny(ONE, ONE), metadata, {"a": b""})


def test_custom_bytes_begin_on_sixteen_bytes_in_the_finished_model() -> None:
    marked = bytes(range(100, 140))
    metadata = m.ModelMetadata("x", subgraphs=(m.SubGraphMetadata(custom=(m.CustomMetadata("c", marked),)),))
    content = write_metadata(tiny(ONE, ONE), metadata)
    assert content.index(marked) % 16 == 0
    assert content.index(pack_metadata(replace(metadata, min_parser_version="1.5.0"))) % 16 == 0


def test_edgeflows_own_entry_comes_back_and_anothers_is_refused() -> None:
    extras = Extras({"image": {"kind": "image", "mean": [1, 2.5], "colour": "bgr"}}, {"0": {"kind": "classes"}})
    graph = m.SubGraphMetadata(custom=(m.CustomMetadata("x"), extras_entry(extras)))
    assert read_extras(graph) == extras
    assert read_extras(m.SubGraphMetadata()) is None
    for data in (
        *(b"", b"\xff", b"[]", b"{}", b"[" * 100_000, b'{"schema":2,"pre":{},"post":{}}'),
        *(b'{"schema":1,"pre":{"a":{"x":1e999}},"post":{}}', b'{"schema":1,"pre":{"a":{"\\ud800":1}},"post":{}}'),
        b'{"schema":1,"pre":{"a":{"x":' + b"[" * 800 + b"]" * 800 + b'}},"post":{}}',
        *(b'{"schema":1,"pre":{"a":1},"post":{}}', b'{"schema":1,"pre":{"a":{"x":NaN}},"post":{}}'),
    ):
        with pytest.raises(ModelError, match="EDGEFLOW"):
            read_extras(m.SubGraphMetadata(custom=(m.CustomMetadata("EDGEFLOW", data),)))


def test_names_of_files_are_listed_once_wherever_they_stand() -> None:
    assert set(m.recorded_files(EVERYTHING)) == set(FILES)
    assert len(m.recorded_files(EVERYTHING)) == len(FILES)
    assert min_parser_version(m.ModelMetadata()) == "1.0.0"


@pytest.mark.parametrize("value", [0.1, 1 / 3, 127.5, 1e-45, 3.4028234663852886e38, 16777217.0, 0.0, -0.7])
def test_the_shortest_number_is_the_same_number(value: float) -> None:
    assert m.single(m.shortest(m.single(value))) == m.single(value)
    assert m.shortest(m.single(0.1)) == 0.1


def test_an_entry_of_any_name_and_size_can_be_put_in() -> None:
    content = tiny(ONE, ONE)
    for name, size in (("a", 0), ("name" * 20, 1), ("ü", 15), ("x", 16), ("x", 70_000)):
        content = with_entry(content, Path("made.tflite"), name, bytes([7]) * size)
        model = read_model(content, Path("made.tflite"))
        assert [span[2] for span in model.metadata_spans if span[0] == name] == [size]
        assert Interpreter(model_content=content) is not None
    assert pack(schema.ModelT.InitFromPackedBuf(content, 0))
