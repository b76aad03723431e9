"""Reads a `.tflite` from untrusted bytes.

What a Model promises: every index (tensor, buffer, operator code, subgraph) is in range, every constant lies inside
the file and is as large as its shape and type need, and reading took time and memory in proportion to the file.
"""

from __future__ import annotations

import hashlib
from math import prod
from pathlib import Path

from edgeflow.errors import ModelError
from edgeflow.model import costs
from edgeflow.model.flatbuffer import Damage, Source, Table
from edgeflow.model.operators import CUSTOM, operator_name, tensor_bytes, type_name
from edgeflow.model.types import Model, Operator, Quantization, Signature, Subgraph, Tensor

MAX_FILE_BYTES = 4 * 1024**3  # the whole file is held in memory
MAX_RANK = 64
_MAX_TENSOR_BYTES = 2**63 - 1
_IDENTIFIER = b"TFL3"
_FOREIGN = {
    b"\x89HDF": "an HDF5 file (.h5)",
    b"PK\x03\x04": "a ZIP archive (.keras?)",
    b"\x08\x01\x12": "a protocol buffer (saved_model.pb or .onnx?)",
    b"\x1f\x8b": "a gzip file",
    b"\x93NUMPY": "a NumPy file",
    b"\x7fELF": "a program",
    b"<": "a web page or XML: was the download complete?",
    b"version https://git-lfs": "a Git LFS pointer: run git lfs pull",
}


def load_model(path: Path | str) -> Model:
    """Read and check the `.tflite` at `path`. Raises ModelError when it is missing, damaged or something else."""
    path = Path(path)
    try:
        if path.is_dir():
            raise ModelError(
                f"{path} is a directory, not a .tflite file",
                "name the .tflite file inside it; a SavedModel is first made one by edgeflow convert",
            )
        if not path.is_file():
            if path.exists():
                raise ModelError(f"{path} is not a regular file", "name a .tflite file on disk")
            raise ModelError(f"{path}: no such file", "check the path; edgeflow convert makes a .tflite from a model")
        with path.open("rb") as file:
            _check_start(path, file.read(32), path.stat().st_size)
            file.seek(0)
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ModelError(f"{path} cannot be read: {reason}", "check the path and its permissions") from error
    except MemoryError as error:
        raise ModelError(f"{path} does not fit into this machine's memory", "inspect it on a larger machine") from error
    return read_model(content, path)


def read_model(content: bytes, path: Path) -> Model:
    """Check the bytes of a `.tflite`; `path` only names it. Raises ModelError."""
    _check_start(path, content[:32], len(content))
    try:
        return _model(Source(content), path)
    except Damage as damage:
        raise ModelError(
            f"{path} is damaged: {damage}", "copy or download it again, or make it again with edgeflow convert"
        ) from damage


def _check_start(path: Path, start: bytes, size: int) -> None:
    if size == 0:
        raise ModelError(f"{path} is empty", "copy or download it again, or make it again with edgeflow convert")
    if start[4:8] != _IDENTIFIER:
        kind = next((text for magic, text in _FOREIGN.items() if start.startswith(magic)), None)
        what = f"it is {kind}" if kind else "it lacks the TFL3 mark"
        raise ModelError(f"{path} is not a .tflite file: {what}", "edgeflow convert makes a .tflite from a model")
    if size > MAX_FILE_BYTES:
        raise ModelError(
            f"{path} has {size} bytes, more than the {MAX_FILE_BYTES} edgeflow reads", "split or quantize the model"
        )


def _model(source: Source, path: Path) -> Model:
    root = source.root()
    version = root.scalar(4, "I")
    if version != 3:
        raise Damage(f"schema version {version}, expected 3")
    buffers = tuple(_buffer(source, table) for table in root.tables(12, "buffer"))
    codes = tuple(_operator_code(table) for table in root.tables(6, "operator code"))
    subgraphs = tuple(
        _subgraph(source, number, table, codes, buffers) for number, table in enumerate(root.tables(8, "subgraph"))
    )
    if not subgraphs:
        raise Damage("it has no subgraph")
    metadata = tuple(_metadata(table, buffers) for table in root.tables(16, "metadata entry"))
    return Model(
        path=path,
        name=path.stem,
        sha256=hashlib.sha256(source.content).hexdigest(),
        content=source.content,
        description=root.text(10, "the description"),
        subgraphs=subgraphs,
        signatures=tuple(_signature(table, subgraphs) for table in root.tables(18, "signature")),
        metadata_names=tuple(name for name, _, _ in metadata),
        metadata_spans=metadata,
    )


def _buffer(source: Source, table: Table) -> tuple[int, int]:
    """(offset in the file, bytes) of a buffer: inside the FlatBuffer, or behind it in files above 2 GB."""
    position, count = table.span(4, 1, table.what)
    if count:
        return position, count
    position, count = table.scalar(6, "Q"), table.scalar(8, "Q")
    if position <= 1 or count == 0:
        return 0, 0
    source.check(position, count, table.what)
    return position, count


def _operator_code(table: Table) -> tuple[int, str, int]:
    """(builtin code, name, version); codes above 127 stand in the wider, newer field."""
    code = max(table.scalar(4, "b"), table.scalar(10, "i"))
    if code < 0:
        raise Damage(f"{table.what} is negative")
    custom = table.text(6, f"the name of {table.what}")
    if code == CUSTOM and not custom:
        raise Damage(f"{table.what} is a custom operator without a name")
    return code, custom if code == CUSTOM else operator_name(code), table.scalar(8, "i", 1)


def _metadata(table: Table, buffers: tuple[tuple[int, int], ...]) -> tuple[str, int, int]:
    buffer = table.scalar(6, "I")
    if buffer >= len(buffers):
        raise Damage(f"{table.what} names buffer {buffer} of {len(buffers)}")
    return table.text(4, f"the name of {table.what}"), *buffers[buffer]


def _subgraph(
    source: Source,
    number: int,
    table: Table,
    codes: tuple[tuple[int, str, int], ...],
    buffers: tuple[tuple[int, int], ...],
) -> Subgraph:
    tensors = tuple(_tensor(index, entry, buffers) for index, entry in enumerate(table.tables(4, "tensor")))
    return Subgraph(
        index=number,
        name=table.text(12, f"the name of {table.what}"),
        tensors=tensors,
        operators=tuple(
            _operator(source, index, entry, codes, tensors) for index, entry in enumerate(table.tables(10, "operator"))
        ),
        inputs=_indices(table, 6, "inputs", len(tensors)),
        outputs=_indices(table, 8, "outputs", len(tensors)),
    )


def _indices(table: Table, field: int, role: str, tensors: int, lowest: int = 0) -> tuple[int, ...]:
    found = table.numbers(field, "i", f"the {role} of {table.what}")
    for index in found:
        if not lowest <= index < tensors:
            raise Damage(f"{table.what} has tensor {index} among its {role}, its subgraph has {tensors} tensors")
    return found


def _shape(table: Table, field: int, lowest: int) -> tuple[int, ...]:
    shape = table.numbers(field, "i", f"the shape of {table.what}")
    if len(shape) > MAX_RANK:
        raise Damage(f"{table.what} has {len(shape)} dimensions")
    if any(size < lowest for size in shape):
        raise Damage(f"{table.what} has shape {list(shape)}")
    return shape


def _tensor(index: int, table: Table, buffers: tuple[tuple[int, int], ...]) -> Tensor:
    shape = _shape(table, 4, 0)
    signature = _shape(table, 18, -1) or shape
    if len(signature) != len(shape):
        raise Damage(f"{table.what} has {len(shape)} dimensions and a signature of {len(signature)}")
    dtype = type_name(table.scalar(6, "b"))
    size = tensor_bytes(dtype, prod(shape))
    if size > _MAX_TENSOR_BYTES:
        raise Damage(f"{table.what} has shape {list(shape)}")
    buffer = table.scalar(8, "I")
    if buffer >= len(buffers):
        raise Damage(f"{table.what} names buffer {buffer} of {len(buffers)}")
    offset, held = buffers[buffer]
    sparse = table.table(16, f"the sparsity of {table.what}") is not None
    if 0 < held < size and not sparse:
        raise Damage(f"{table.what} holds {held} bytes, its shape {list(shape)} of {dtype} needs {size}")
    return Tensor(
        index=index,
        name=table.text(10, f"the name of {table.what}"),
        dtype=dtype,
        shape=shape,
        shape_signature=signature,
        quantization=_quantization(table, shape),
        constant_bytes=held,
        is_variable=bool(table.scalar(14, "?")),
        bytes=0 if -1 in signature and not held else size,
        data_offset=offset if held else 0,
    )


def _quantization(tensor: Table, shape: tuple[int, ...]) -> Quantization | None:
    """Per-tensor or per-axis parameters, by the interpreter's own rules; None for a plain tensor."""
    what = f"the quantization of {tensor.what}"
    table = tensor.table(12, what)
    if table is None:
        return None
    scale = table.numbers(8, "f", what)
    zero_point = table.numbers(10, "q", what)
    axis = table.scalar(16, "i")
    if not scale:
        return None
    if len(zero_point) != len(scale):
        raise Damage(f"{what} has {len(scale)} scales and {len(zero_point)} zero points")
    if len(scale) > 1 and shape and (not 0 <= axis < len(shape) or shape[axis] != len(scale)):
        raise Damage(f"{what} has {len(scale)} scales along dimension {axis} of shape {list(shape)}")
    return Quantization(scale, zero_point, axis)


def _operator(
    source: Source,
    index: int,
    table: Table,
    codes: tuple[tuple[int, str, int], ...],
    tensors: tuple[Tensor, ...],
) -> Operator:
    code_index = table.scalar(4, "I")
    if code_index >= len(codes):
        raise Damage(f"{table.what} has operator code {code_index} of {len(codes)}")
    code, name, version = codes[code_index]
    inputs = _indices(table, 6, "inputs", len(tensors), lowest=-1)
    outputs = _indices(table, 8, "outputs", len(tensors))
    options = table.table(12, f"the options of {table.what}") or table.table(28, f"the options of {table.what}")
    custom_options = table.span(14, 1, f"the options of {table.what}")
    if table.scalar(22, "Q") > 1:
        custom_options = table.scalar(22, "Q"), table.scalar(24, "Q")
        source.check(*custom_options, f"the options of {table.what}")
    operands = tuple(tensors[number] if number >= 0 else None for number in inputs)
    return Operator(
        index=index,
        name=name,
        builtin_code=code,
        custom=code == CUSTOM,
        version=version,
        inputs=inputs,
        outputs=outputs,
        macs=costs.macs(name, operands, tuple(tensors[number] for number in outputs)) if code != CUSTOM else 0,
        weight_bytes=costs.weight_bytes(operands),
        options_type=table.scalar(10, "B") or table.scalar(26, "B"),
        options_position=options.position if options else 0,
        custom_options=custom_options if custom_options[1] else (0, 0),
    )


def _signature(table: Table, subgraphs: tuple[Subgraph, ...]) -> Signature:
    number = table.scalar(12, "I")
    if number >= len(subgraphs):
        raise Damage(f"{table.what} names subgraph {number} of {len(subgraphs)}")
    return Signature(
        key=table.text(8, f"the name of {table.what}"),
        subgraph=number,
        inputs=_tensor_map(table, 4, "input", subgraphs[number]),
        outputs=_tensor_map(table, 6, "output", subgraphs[number]),
    )


def _tensor_map(table: Table, field: int, role: str, subgraph: Subgraph) -> tuple[tuple[str, int], ...]:
    found = []
    for entry in table.tables(field, f"{table.what} {role}"):
        index = entry.scalar(6, "I")
        if index >= len(subgraph.tensors):
            raise Damage(f"{entry.what} names tensor {index} of {len(subgraph.tensors)}")
        found.append((entry.text(4, f"the name of {entry.what}"), index))
    return tuple(found)
