"""The user's own modules, imported in the conversion child so that their layers are known there."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from edgeflow.errors import UsageError

_mine: dict[str, Any] = {}
_returned: dict[str, Mapping[str, Any]] = {}


def run(imports: Sequence[str]) -> None:
    """Import each `module` and call each `module:function`; UsageError where that fails."""
    for item in imports:
        name, _, function = item.partition(":")
        try:
            _mine[name] = importlib.reload(_mine[name]) if name in _mine else importlib.import_module(name)
            answer = getattr(_mine[name], function)() if function else None
        except Exception as error:
            first = (str(error).splitlines() or [""])[0][:200]
            raise UsageError(
                f"--import {item}: {type(error).__name__}: {first}",
                "it must be importable from the current folder or PYTHONPATH",
            ) from None
        _returned[item] = answer if isinstance(answer, Mapping) else {}


def classes(imports: Sequence[str], base: type) -> dict[str, Any]:
    """The subclasses of `base` in the imported modules by name, and what their functions gave."""
    found: dict[str, Any] = {}
    for item in imports:
        module = sys.modules[item.partition(":")[0]]
        found |= {
            name: kind for name, kind in vars(module).items() if isinstance(kind, type) and issubclass(kind, base)
        }
        found |= _returned.get(item, {})
    return found
