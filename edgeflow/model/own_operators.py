"""Operators of a model that are not TensorFlow Lite's own."""

from __future__ import annotations

from edgeflow.model.types import Model, Operator

# carries every TensorFlow operator into an Android app: the package's page on Maven Central, beside the interpreter's
SELECT_TF_PACKAGE = "org.tensorflow:tensorflow-lite-select-tf-ops"


def is_select_tf(operator: Operator) -> bool:
    """Whether it is one of TensorFlow's own, for the Flex delegate."""
    return operator.custom and operator.name.startswith("Flex")


def select_tf_operators(model: Model) -> tuple[str, ...]:
    """TensorFlow's own operators, each name once."""
    return tuple(dict.fromkeys(o.name for graph in model.subgraphs for o in graph.operators if is_select_tf(o)))


def custom_operators(model: Model) -> tuple[str, ...]:
    """Custom operators, each name once; a few of them are built into interpreters all the same."""
    named = (o for graph in model.subgraphs for o in graph.operators if o.custom and not is_select_tf(o))
    return tuple(dict.fromkeys(operator.name for operator in named))
