"""A model with a custom operator, and libraries with its kernel compiled from docs/examples/cosh.c."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from edgeflow.resources import runtime_dir
from tests.runtime.graphs import Node, graph_model, packed, tensor

SOURCE = Path(__file__).parents[1] / "docs" / "examples" / "cosh.c"
WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]


def cosh_model(name: str = "Cosh", signature: bool = True) -> bytes:
    """y = name(x) + x for x [1, 4] in float32."""
    tensors = [tensor((1, 4), "FLOAT32", None) for _ in range(3)]
    nodes = [Node("CUSTOM", (0,), (1,)), Node("ADD", (1, 0), (2,), schema.AddOptionsT())]
    model = graph_model(tensors, nodes, [0], [2])
    for code in model.operatorCodes:
        if code.builtinCode == schema.BuiltinOperator.CUSTOM:
            code.customCode = name
    if signature:
        model.signatureDefs = [_signature()]
    return packed(model)


def _signature() -> Any:
    made = schema.SignatureDefT()
    made.signatureKey, made.subgraphIndex = "serving_default", 0
    ends = []
    for name, index in (("x", 0), ("y", 2)):
        end = schema.TensorMapT()
        end.name, end.tensorIndex = name, index
        ends.append(end)
    made.inputs, made.outputs = [ends[0]], [ends[1]]
    return made


def compiled(folder: Path, *changes: tuple[str, str], name: str = "libcosh.so") -> Path:
    """The library, after the source's `changes` (from, to)."""
    text = SOURCE.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    source, library = folder / f"{name}.c", folder / name
    source.write_text(text, encoding="utf-8")
    include = runtime_dir() / "litert"
    command = ["gcc", *WARNINGS, "-O1", "-shared", "-fPIC", f"-I{include}", "-o", str(library), str(source), "-lm"]
    subprocess.run(command, check=True, timeout=120)
    return library
