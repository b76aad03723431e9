"""What the converter makes of TensorFlow's operators, as asked by `probe_operators`, and what to do where it cannot."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Fate = Literal["builtin", "folded", "flex", "custom", "unknown"]
_TABLE = Path(__file__).resolve().parent / "tensorflow_operators.toml"

# what the tested converter does with loops and the lists in them; no question of one operator can ask this
_CONTROL: dict[str, tuple[str, ...]] = {
    "While": ("WHILE",),
    "StatelessWhile": ("WHILE",),
    "If": ("IF",),
    "StatelessIf": ("IF",),
    "VarHandleOp": ("VAR_HANDLE",),
    "ReadVariableOp": ("READ_VARIABLE",),
    "AssignVariableOp": ("ASSIGN_VARIABLE",),
    # lists of a fixed size become plain tensors
    "TensorListReserve": (),
    "TensorListFromTensor": (),
    "TensorListGetItem": (),
    "TensorListSetItem": (),
    "TensorListStack": (),
}

_ADVICE = {
    "Acosh": "write it with Log and Sqrt",
    "Asinh": "write it with Log and Sqrt",
    "Cosh": "write it with Exp: (exp(x) + exp(-x)) / 2",
    "Sinh": "write it with Exp: (exp(x) - exp(-x)) / 2",
    "EagerPyFunc": "Python code cannot leave Python: write it with TensorFlow operators",
    "PyFunc": "Python code cannot leave Python: write it with TensorFlow operators",
    "ResizeBicubic": "resize with bilinear, or before the model",
    "ResizeArea": "resize with bilinear, or before the model",
    "StaticRegexReplace": "work on text before the model",
    "DecodeJpeg": "decode images before the model",
}


@dataclass(frozen=True)
class Becoming:
    """`operators` are TFLite's where the fate is `builtin`; `advice` says what to do otherwise, else it is empty."""

    fate: Fate
    operators: tuple[str, ...]
    advice: str


@cache
def table() -> tuple[str, str, dict[str, dict[str, str]]]:
    """TensorFlow's version, the date of asking, and what becomes of an operator by dtype."""
    file = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return file["tensorflow"], str(file["measured"]), file["operators"]


def becoming(name: str, dtype: str) -> Becoming:
    """What becomes of an operator whose first input that is no constant has `dtype`; `unknown` without evidence."""
    found = table()[2].get(name, {})
    became = found.get(dtype, "")
    if not became and name in _CONTROL:
        return Becoming("builtin", _CONTROL[name], "")
    if became == "folded":
        return Becoming("folded", (), "")
    if became == "flex":
        return Becoming("flex", (), _advice(name, dtype, found))
    if became == "custom":
        return Becoming("custom", (), _advice(name, dtype, found))
    if became:
        return Becoming("builtin", tuple(became.split("+")), "")
    return Becoming("unknown", (), "convert it to see: nobody asked the converter about this one")


def _advice(name: str, dtype: str, found: dict[str, str]) -> str:
    if name in _ADVICE:
        return _ADVICE[name]
    better = [other for other, became in found.items() if became not in ("flex", "custom")]
    if better:
        return f"it is TensorFlow Lite's own in {' or '.join(better)}: cast to that"
    if dtype == "string":
        return "work on text before the model"
    if found.get(dtype) == "custom":
        return "write it with other operators, or bring a kernel of your own as a custom operator"
    return "write it with other operators, or run it with the Select TF operators where there is room for them"
