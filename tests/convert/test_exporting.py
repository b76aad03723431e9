"""Names for signatures, without TensorFlow."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edgeflow.convert import exporting
from edgeflow.convert.objects import is_keras_model, open_object
from edgeflow.convert.types import Reading
from edgeflow.errors import UsageError


@pytest.mark.parametrize(
    ("names", "clean"),
    [
        (["image"], ["image"]),
        (["image:0", "image:1"], ["image", "image_1"]),
        (["in put", "in/put", "in_put_1"], ["in_put", "in_put_1", "in_put_1_1"]),
        (["0", "_x", "", "ü"], ["tensor_0", "tensor__x", "tensor", "tensor__"]),
    ],
)
def test_names_become_different_identifiers(names: list[str], clean: list[str]) -> None:
    assert exporting.unique_names(names) == clean


@pytest.mark.parametrize(
    ("shape", "kept", "fixed"),
    [((None, 3), [None, 3], [1, 3]), ((None, None), [None, None], [1, None]), ((4, 3), [4, 3], [4, 3]), ((), [], [])],
)
def test_only_a_free_batch_is_fixed(shape: tuple, kept: list, fixed: list) -> None:
    assert exporting._batched(shape, True) == kept
    assert exporting._batched(shape, False) == fixed


def test_outputs_keep_the_keys_of_a_mapping() -> None:
    assert exporting.labelled({"b": 1, "a": 2}, ["x", "y"]) == {"b": 1, "a": 2}


def test_only_models_of_keras_count_as_such(tmp_path) -> None:
    model = type("Model", (), {"__module__": "keras.src.models.model"})
    assert is_keras_model(type("Mine", (model,), {"__module__": "mine"})())
    assert not is_keras_model(type("Model", (), {"__module__": "torch.nn"})())
    with pytest.raises(UsageError, match=r"types\.SimpleNamespace cannot be converted"):
        open_object(SimpleNamespace(), tmp_path, Reading())
