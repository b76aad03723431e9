"""Limits of the interpreters that run models on Android and Linux; each predicate's docstring states one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edgeflow.fit.case import Case, counted, size_text
from edgeflow.fit.interpreters import InterpreterTable, interpreter_table
from edgeflow.model.operators import TENSOR_TYPES
from edgeflow.model.own_operators import SELECT_TF_PACKAGE, is_select_tf
from edgeflow.model.types import Operator


def limit_flex(case: Case) -> str | None:
    """Operators of full TensorFlow (Flex, "select TF operators") need a delegate that only Android apps can carry."""
    flex = [operator.name for operator in case.operators if is_select_tf(operator)]
    if not flex or case.target.family == "android":
        return None
    return f"{counted(flex)}: needs TensorFlow's Flex delegate; convert with TFLite's own operators only"


def limit_custom(case: Case) -> str | None:
    """A custom operator needs its kernel on the device; a few common ones are built into the interpreters."""
    table = _table(case)
    unknown = [o.name for o in case.operators if o.custom and not is_select_tf(o) and o.name not in table.custom]
    if not unknown:
        return None
    way = "it cannot be given one"
    if case.target.family == "android":
        way = "register yours in the app's C++ code"
    elif case.target.runtime == "litert":
        way = "bench, invoke and accuracy bring yours with --custom-ops"
    return f"{counted(unknown)}: a custom operator without a kernel in {_version(table)}; {way}"


def limit_kernel(case: Case) -> str | None:
    """A builtin operator needs a kernel in the interpreter."""
    table = _table(case)
    lacking = [o.name for o in case.operators if not o.custom and o.name not in table.operators]
    return f"{counted(lacking)}: no kernel in {_version(table)}" if lacking else None


def limit_version(case: Case) -> str | None:
    """A newer converter writes newer versions of an operator than an older interpreter has."""
    table = _table(case)
    newer = [
        f"{o.name} version {o.version} (it has {table.operators[o.name]})"
        for o in case.operators
        if not o.custom and o.version > table.operators.get(o.name, o.version)
    ]
    return f"{counted(newer)}: newer than {_version(table)}" if newer else None


def limit_type(case: Case) -> str | None:
    """Tensor types newer than the schema edgeflow knows cannot be judged."""
    types = [tensor.dtype for tensor in case.tensors if tensor.dtype not in TENSOR_TYPES]
    return f"{counted(types)}: tensor types that edgeflow does not know" if types else None


def limit_address_space(case: Case) -> str | None:
    """A 32-bit process cannot map a model and its arena of together more than 2 GiB."""
    needed = case.ram_needed_bytes
    if needed is None or "64" in case.target.arch or needed <= 2 * 1024**3:
        return None
    return f"model and arena need {size_text(needed)}, a 32-bit process has 2 GiB at most"


def limit_memory(case: Case) -> str | None:
    """Model and arena must fit into the board's memory."""
    needed = case.ram_needed_bytes
    if case.ram_bytes is None or needed is None or needed <= case.ram_bytes:
        return None
    return f"model and arena need {size_text(needed)} of memory, there are {size_text(case.ram_bytes)}"


def warn_flex(case: Case) -> str | None:
    """What an Android app must carry for operators of full TensorFlow."""
    flex = [operator.name for operator in case.operators if is_select_tf(operator)]
    if not flex or case.target.family != "android":
        return None
    return (
        f"{counted(flex)}: the app needs {SELECT_TF_PACKAGE} in the interpreter's version;"
        " the runtime in Google Play services does not have these operators"
    )


def warn_memory(case: Case) -> str | None:
    """Beyond a quarter of the board's memory the system starts to evict other pages."""
    needed = case.ram_needed_bytes
    if case.ram_bytes is None or needed is None or not case.ram_bytes // 4 < needed <= case.ram_bytes:
        return None
    share = 100 * needed // case.ram_bytes
    return f"model and arena take {share} % of the memory ({size_text(case.ram_bytes)}), before system and interpreter"


def warn_free_sizes(case: Case) -> str | None:
    """A size that is free in the file counts as 1 here; a larger one needs more."""
    free = [tensor.name for tensor in case.tensors if -1 in tensor.shape_signature]
    return f"{len(free)} tensors have free sizes: the arena is for the shapes in the file" if free else None


LIMITS: Final[tuple[Callable[[Case], str | None], ...]] = (
    limit_flex,
    limit_custom,
    limit_kernel,
    limit_version,
    limit_type,
    limit_address_space,
    limit_memory,
)
WARNINGS: Final[tuple[Callable[[Case], str | None], ...]] = (warn_flex, warn_memory, warn_free_sizes)


def unsupported(case: Case) -> tuple[str, ...]:
    """Names of the operators that the interpreter cannot run, each once."""
    table = _table(case)
    return tuple(dict.fromkeys(operator.name for operator in case.operators if not _runs(operator, table, case)))


def _runs(operator: Operator, table: InterpreterTable, case: Case) -> bool:
    if is_select_tf(operator):
        return case.target.family == "android"
    if operator.custom:
        return operator.name in table.custom
    return operator.version <= table.operators.get(operator.name, -1)


def _table(case: Case) -> InterpreterTable:
    return interpreter_table(case.target.runtime)


def _version(table: InterpreterTable) -> str:
    return f"{table.name} {table.version}"
