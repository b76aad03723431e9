"""Shapes computed in the graph: Keras' Flatten of a model with a free batch, SHAPE → STRIDED_SLICE → PACK → RESHAPE."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.exactness import compare
from tests.runtime.graphs import Node, graph_model, packed, tensor
from tests.runtime.single_operator import Case, options


def constant_tensor(model: schema.ModelT, index: int, values: list[int]) -> None:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.array(values, dtype=np.int32).tobytes(), dtype=np.uint8)
    model.buffers.append(buffer)
    made = model.subgraphs[0].tensors[index]
    made.type, made.buffer = schema.TensorType.INT32, len(model.buffers) - 1


def test_a_flatten_that_computes_its_shape_gives_the_output_of_litert(drivers: list[Path], tmp_path: Path) -> None:
    shapes = [(1, 3, 4, 2), (4,), (1,), (1,), (1,), (), (), (2,), (1, 24)]
    tensors = [tensor(shape, "FLOAT32", None) for shape in shapes]
    nodes = [
        Node("SHAPE", (0,), (1,), options("ShapeOptions", outType=schema.TensorType.INT32)),
        Node("STRIDED_SLICE", (1, 2, 3, 4), (5,), options("StridedSliceOptions", shrinkAxisMask=1)),
        Node("PACK", (5, 6), (7,), options("PackOptions", valuesCount=2, axis=0)),
        Node("RESHAPE", (0, 7), (8,), options("ReshapeOptions", newShape=[])),
    ]
    model = graph_model(tensors, nodes, [0], [8])
    for index in (1, 5, 7):
        model.subgraphs[0].tensors[index].type = schema.TensorType.INT32
    for index, values in ((2, [0]), (3, [1]), (4, [1]), (6, [-1])):
        constant_tensor(model, index, values)
    case = Case("flatten", packed(model), (np.arange(24, dtype=np.float32).reshape(1, 3, 4, 2),))
    tally = compare([case], drivers, tmp_path)
    assert tally.compared == len(drivers)
