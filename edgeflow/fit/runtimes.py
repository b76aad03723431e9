"""Which runtimes can run a finished model, each with the evidence; without any it is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgeflow.fit.case import counted
from edgeflow.fit.fit import entries
from edgeflow.fit.interpreters import interpreter_table
from edgeflow.fit.operators import choose
from edgeflow.model.own_operators import is_select_tf
from edgeflow.model.types import Model, Operator

Verdict = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class RuntimeRow:
    """One runtime's verdict on one model: all `reasons` why not or not known, and the `source` of the statement."""

    runtime: str
    version: str | None
    verdict: Verdict
    reasons: tuple[str, ...]
    source: str


def known_runtimes(model: Model) -> tuple[RuntimeRow, ...]:
    """The rows that need neither TensorFlow nor a device."""
    return (
        _probed("litert", model),
        _probed("tflite-runtime", model),
        _play_services(model),
        _micro(model),
        _own(model),
    )


def _operators(model: Model) -> list[Operator]:
    return [operator for subgraph in model.subgraphs for operator in subgraph.operators]


def _probed(runtime: str, model: Model) -> RuntimeRow:
    """An interpreter that was asked, by loading one-operator models, which operators it has in which versions."""
    table = interpreter_table(runtime)
    reasons = []
    for said, names in (
        ("needs the Flex delegate, which the package lacks", [o.name for o in _operators(model) if is_select_tf(o)]),
        (
            "no kernel unless you bring one (--custom-ops)" if runtime == "litert" else "no kernel, and it takes none",
            [o.name for o in _operators(model) if o.custom and not is_select_tf(o) and o.name not in table.custom],
        ),
        ("no kernel", [o.name for o in _operators(model) if not o.custom and o.name not in table.operators]),
        (
            "a newer version than it has",
            [
                f"{o.name} version {o.version}"
                for o in _operators(model)
                if not o.custom and o.name in table.operators and o.version > table.operators[o.name]
            ],
        ),
    ):
        if names:
            reasons.append(f"{counted(names)}: {said}")
    source = f"one-operator models loaded with it, {table.measured}"
    return RuntimeRow(table.name, table.version, "no" if reasons else "yes", tuple(reasons), source)


def _play_services(model: Model) -> RuntimeRow:
    """The runtime inside Google Play services cannot be asked from here."""
    flex = [operator.name for operator in _operators(model) if is_select_tf(operator)]
    reasons = [f"{counted(flex)}: its documentation says that Select TF operators are not part of it"] if flex else []
    reasons.append("its version is chosen by the phone, and no phone was asked: edgeflow bench on yours tells")
    source = "documentation" if flex else "none"
    return RuntimeRow("Google Play services", None, "no" if flex else "unknown", tuple(reasons), source)


def _micro(model: Model) -> RuntimeRow:
    """TensorFlow Lite for Microcontrollers: its operators are known, the types and limits of its kernels are not."""
    table = interpreter_table("tflite-micro")
    lacking = [
        operator.name
        for operator in _operators(model)
        if operator.name not in (table.custom if operator.custom else table.operators)
    ]
    source = f"one-operator models loaded with its Python package, {table.measured}"
    if lacking:
        return RuntimeRow("TFLM", table.version, "no", (f"{counted(lacking)}: not registered",), source)
    said = "it has every operator; the types and limits of its kernels were not asked"
    return RuntimeRow("TFLM", table.version, "unknown", (said,), source)


def _own(model: Model) -> RuntimeRow:
    """edgeflow's runtime: the table from which its C is made."""
    reasons: dict[str, None] = {}
    for entry in entries(model):
        subgraph = model.subgraphs[entry]
        for operator in subgraph.operators:
            if isinstance(chosen := choose(subgraph, operator), str):
                reasons[chosen] = None
    return RuntimeRow("edgeflow", None, "no" if reasons else "yes", tuple(reasons), "runtime/operators.toml")
