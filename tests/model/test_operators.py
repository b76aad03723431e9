"""Names and sizes of the schema's operators and tensor types."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.model.operators import (
    BUILTIN_NAMES,
    CUSTOM,
    TENSOR_BITS,
    TENSOR_TYPES,
    operator_name,
    tensor_bytes,
    type_name,
)
from edgeflow.model.types import NUMPY_DTYPES


def enum(kind: type) -> dict[int, str]:
    return {value: name for name, value in vars(kind).items() if isinstance(value, int)}


def test_operator_names_equal_the_schemas():
    assert dict(enumerate(BUILTIN_NAMES)) == enum(schema.BuiltinOperator)
    assert BUILTIN_NAMES[CUSTOM] == "CUSTOM"


def test_tensor_types_equal_the_schemas():
    assert dict(enumerate(TENSOR_TYPES)) == enum(schema.TensorType)


def test_codes_beyond_the_lists_keep_their_number():
    assert operator_name(len(BUILTIN_NAMES)) == f"BUILTIN_{len(BUILTIN_NAMES)}"
    assert type_name(-1) == "TYPE_-1"


def test_bits_agree_with_numpy_where_numpy_has_the_type():
    for name, dtype in NUMPY_DTYPES.items():
        assert TENSOR_BITS[name] == 8 * dtype.itemsize
    assert set(TENSOR_TYPES) - set(TENSOR_BITS) == {"STRING", "RESOURCE", "VARIANT"}


@pytest.mark.parametrize(
    ("dtype", "elements", "size"),
    [
        ("INT8", 7, 7),
        ("FLOAT32", 7, 28),
        ("INT4", 7, 4),
        ("INT2", 5, 2),
        ("STRING", 7, 0),
        ("TYPE_99", 7, 0),
        ("INT4", 0, 0),
    ],
)
def test_packed_elements_round_up_to_whole_bytes(dtype: str, elements: int, size: int):
    assert tensor_bytes(dtype, elements) == size
    if dtype in NUMPY_DTYPES:
        assert np.zeros(elements, NUMPY_DTYPES[dtype]).nbytes == size
