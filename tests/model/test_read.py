"""The reader: equal to the schema's own object API on good files, and a refusal that names what is wrong on others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.errors import ModelError
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model, Tensor

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("*.tflite"))
SMALL = DATA / "two_signatures_float32.tflite"
Change = Callable[[schema.ModelT], object]


def packed(model: schema.ModelT) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def unpacked(path: Path = SMALL) -> schema.ModelT:
    return schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)


def read(model: schema.ModelT) -> Model:
    return read_model(packed(model), Path("made.tflite"))


def text(value: bytes | str | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""


def numbers(values: object) -> tuple:
    return () if values is None else tuple(values)


def first_constant() -> Tensor:
    return next(tensor for tensor in load_model(SMALL).main.tensors if tensor.constant_bytes)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_field_equals_the_schemas_object_api(path: Path):
    expected = unpacked(path)
    model = load_model(path)
    assert model.name == path.stem
    assert model.content == path.read_bytes()
    assert model.description == text(expected.description)
    assert model.metadata_names == tuple(text(entry.name) for entry in expected.metadata or ())
    assert len(model.subgraphs) == len(expected.subgraphs)
    for subgraph, wanted in zip(model.subgraphs, expected.subgraphs, strict=True):
        assert subgraph.inputs == numbers(wanted.inputs)
        assert subgraph.outputs == numbers(wanted.outputs)
        for tensor, entry in zip(subgraph.tensors, wanted.tensors, strict=True):
            compare_tensor(model, tensor, entry, expected)
        for operator, node in zip(subgraph.operators, wanted.operators, strict=True):
            code = expected.operatorCodes[node.opcodeIndex]
            assert operator.builtin_code == max(code.builtinCode, code.deprecatedBuiltinCode)
            assert operator.version == code.version
            assert operator.inputs == numbers(node.inputs)
            assert operator.outputs == numbers(node.outputs)
            assert operator.options_type == (node.builtinOptionsType or node.builtinOptions2Type)
    assert [(s.key, s.subgraph) for s in model.signatures] == [
        (text(s.signatureKey), s.subgraphIndex) for s in expected.signatureDefs or ()
    ]
    for signature, wanted_signature in zip(model.signatures, expected.signatureDefs or (), strict=True):
        assert signature.inputs == tuple((text(m.name), m.tensorIndex) for m in wanted_signature.inputs or ())
        assert signature.outputs == tuple((text(m.name), m.tensorIndex) for m in wanted_signature.outputs or ())


def compare_tensor(model: Model, tensor: Tensor, entry: schema.TensorT, expected: schema.ModelT) -> None:
    assert tensor.name == text(entry.name)
    assert getattr(schema.TensorType, tensor.dtype) == entry.type
    assert tensor.shape == numbers(entry.shape)
    assert tensor.shape_signature == (numbers(entry.shapeSignature) or tensor.shape)
    assert tensor.is_variable == entry.isVariable
    data = expected.buffers[entry.buffer].data
    held = model.content[tensor.data_offset : tensor.data_offset + tensor.constant_bytes]
    assert held == (b"" if data is None else bytes(data))
    scale = numbers(entry.quantization.scale if entry.quantization else None)
    assert (tensor.quantization.scale if tensor.quantization else ()) == scale
    if tensor.quantization:
        assert tensor.quantization.zero_point == numbers(entry.quantization.zeroPoint)
        assert tensor.quantization.quantized_dimension == entry.quantization.quantizedDimension
        assert tensor.quantization.per_axis == (len(scale) > 1)


def test_a_convolutions_options_are_found_where_the_model_says():
    model = load_model(DATA / "kws_int8.tflite")
    strides = []
    for operator in model.main.operators:
        if operator.name == "CONV_2D":
            assert operator.options_type == schema.BuiltinOptions.Conv2DOptions
            options = schema.Conv2DOptions()
            options.Init(model.content, operator.options_position)
            strides.append(options.StrideH())
    assert strides == [2, 1, 1, 1, 1]


def test_signatures_keep_their_order_and_names():
    wanted = [text(signature.signatureKey) for signature in unpacked().signatureDefs]
    assert len(wanted) == 2
    assert [signature.key for signature in load_model(SMALL).signatures] == wanted


def test_a_model_without_signatures_has_none():
    made = unpacked()
    made.signatureDefs = None
    assert read(made).signatures == ()


def test_an_appended_zip_is_no_damage():
    content = SMALL.read_bytes() + b"PK\x03\x04" + bytes(500)
    assert read_model(content, SMALL).signatures == load_model(SMALL).signatures


def test_metadata_is_found_by_name_and_span():
    expected = unpacked()
    model = load_model(SMALL)
    for (name, offset, size), entry in zip(model.metadata_spans, expected.metadata, strict=True):
        assert name == text(entry.name)
        assert model.content[offset : offset + size] == bytes(expected.buffers[entry.buffer].data)


def test_names_that_are_not_utf8_are_kept_readable():
    made = unpacked()
    made.subgraphs[0].tensors[0].name = b"\xff\xfe\x1b[31m"
    assert read(made).main.tensors[0].name == "��\x1b[31m"


def test_a_buffer_behind_the_flatbuffer_is_found_and_one_behind_the_end_refused():
    made = unpacked()
    constant = first_constant()
    buffer = made.buffers[made.subgraphs[0].tensors[constant.index].buffer]
    data = bytes(buffer.data)
    buffer.data, buffer.size = None, len(data)
    buffer.offset = 2**40  # a field of 64 bits: its value does not change the FlatBuffer's length
    buffer.offset = len(packed(made))
    content = packed(made) + data
    tensor = read_model(content, Path("large.tflite")).main.tensors[constant.index]
    assert (tensor.data_offset, tensor.constant_bytes) == (buffer.offset, len(data))
    with pytest.raises(ModelError, match="buffer"):
        read_model(content[:-1], Path("large.tflite"))


def test_packed_int4_takes_half_a_byte_an_element():
    made = unpacked()
    index = made.subgraphs[0].inputs[0]
    tensor = made.subgraphs[0].tensors[index]
    tensor.type, tensor.shape, tensor.shapeSignature, tensor.quantization = schema.TensorType.INT4, [3, 3], None, None
    assert read(made).main.tensors[index].bytes == 5


def test_a_free_size_leaves_the_bytes_in_memory_unknown():
    model = load_model(DATA / "sine_any_batch_float32.tflite")
    free = [tensor for tensor in model.main.tensors if -1 in tensor.shape_signature]
    assert free
    assert all(tensor.bytes == 0 for tensor in free)


def test_an_operator_newer_than_the_list_gets_its_number_as_name():
    made = unpacked()
    for code in made.operatorCodes:
        code.builtinCode, code.deprecatedBuiltinCode = 4242, 127
    assert {operator.name for operator in read(made).main.operators} == {"BUILTIN_4242"}


def test_a_custom_operator_has_its_own_name_and_no_macs():
    made = unpacked()
    for code in made.operatorCodes:
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = b"FlexErf"
    for operator in read(made).main.operators:
        assert (operator.name, operator.custom, operator.macs) == ("FlexErf", True, 0)
    for code in made.operatorCodes:
        code.customCode = None
    with pytest.raises(ModelError, match="custom operator without a name"):
        read(made)


def shape_larger_than_its_buffer(made: schema.ModelT) -> None:
    tensor = made.subgraphs[0].tensors[first_constant().index]
    tensor.shape, tensor.shapeSignature = [100000, 100000], None


def set_tensor(**fields: object) -> Change:
    return lambda made: [setattr(made.subgraphs[0].tensors[0], name, value) for name, value in fields.items()]


def set_operator(**fields: object) -> Change:
    return lambda made: [setattr(made.subgraphs[0].operators[0], name, value) for name, value in fields.items()]


def quantization(scales: int, zero_points: int, axis: int) -> Change:
    def change(made: schema.ModelT) -> None:
        found = schema.QuantizationParametersT()
        found.scale, found.zeroPoint, found.quantizedDimension = [0.5] * scales, [0] * zero_points, axis
        made.subgraphs[0].tensors[0].quantization = found
        made.subgraphs[0].tensors[0].shape, made.subgraphs[0].tensors[0].shapeSignature = [1, 4], None

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda made: setattr(made, "version", 2), "schema version 2"),
        (lambda made: setattr(made, "subgraphs", []), "no subgraph"),
        (shape_larger_than_its_buffer, "its shape"),
        (set_tensor(shape=[1, -7], shapeSignature=None), "tensor 0 has shape"),
        (set_tensor(shape=[1] * 65, shapeSignature=None), "65 dimensions"),
        (set_tensor(shape=[2**31 - 1] * 5, shapeSignature=None), "tensor 0 has shape"),
        (set_tensor(shapeSignature=[1, -1, -1, -1, -1]), "a signature of 5"),
        (set_tensor(buffer=4000), "buffer 4000 of"),
        (quantization(2, 1, 0), "2 scales and 1 zero points"),
        (quantization(7, 7, 1), "7 scales along dimension 1"),
        (quantization(4, 4, 90), "along dimension 90"),
        (quantization(4, 4, -1), "along dimension -1"),
        (set_operator(inputs=[99]), "tensor 99 among its inputs"),
        (set_operator(inputs=[-2]), "tensor -2 among its inputs"),
        (set_operator(outputs=[-1]), "tensor -1 among its outputs"),
        (set_operator(opcodeIndex=55), "operator code 55 of"),
        (set_operator(largeCustomOptionsOffset=2**63, largeCustomOptionsSize=9), "options of operator 0"),
        (lambda made: setattr(made.subgraphs[0], "outputs", [1000]), "tensor 1000 among its outputs"),
        (lambda made: setattr(made.signatureDefs[0], "subgraphIndex", 9), "subgraph 9 of"),
        (lambda made: setattr(made.signatureDefs[0].inputs[0], "tensorIndex", 77), "tensor 77 of"),
        (lambda made: setattr(made.metadata[0], "buffer", 123456), "buffer 123456 of"),
    ],
)
def test_an_index_or_size_out_of_range_is_named(change: Change, says: str):
    made = unpacked()
    change(made)
    with pytest.raises(ModelError) as caught:
        read(made)
    assert says in caught.value.message
    assert caught.value.message.startswith("made.tflite is damaged: ")
    assert caught.value.hint


def test_one_scale_for_the_whole_tensor_needs_no_valid_dimension():
    made = unpacked()
    quantization(1, 1, 3)(made)
    found = read(made).main.tensors[0].quantization
    assert found is not None
    assert not found.per_axis


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.tflite", b"", "is empty"),
        ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5"),
        ("model.keras", b"PK\x03\x04" + bytes(60), "ZIP"),
        ("page.tflite", b"<!DOCTYPE html>" + bytes(60), "web page"),
        ("pointer.tflite", b"version https://git-lfs.github.com/spec/v1\n" + bytes(60), "Git LFS"),
        ("noise.tflite", bytes(range(200)), "TFL3"),
        ("short.tflite", b"\x18\0\0\0TFL3", "is damaged"),
        ("seven.tflite", b"\x18\0\0\0TFL", "TFL3"),
    ],
)
def test_a_foreign_file_is_called_by_its_name(tmp_path: Path, name: str, content: bytes, says: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert says in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_a_missing_path_a_directory_and_a_pipe_are_refused(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, says in (
        (tmp_path / "none.tflite", "no such file"),
        (tmp_path, "is a directory"),
        (pipe, "not a regular file"),
        (Path("/dev/zero"), "not a regular file"),
        (Path("a\0b"), "a"),
        (tmp_path / ("x" * 5000), "x"),
    ):
        with pytest.raises(ModelError) as caught:
            load_model(path)
        assert says in caught.value.message
        assert caught.value.hint


def test_a_file_too_large_is_refused_without_reading_it(tmp_path: Path):
    path = tmp_path / "giant.tflite"
    with path.open("wb") as file:
        file.write(b"\x18\0\0\0TFL3")
        file.truncate(5 * 1024**3)  # sparse: takes no space
    with pytest.raises(ModelError, match="more than"):
        load_model(path)
