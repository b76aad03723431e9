"""Byte formulas and conditions of `operators.toml`: a little arithmetic over named whole numbers, evaluated safely."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache

from edgeflow.errors import TargetError

_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: dict[str, Callable[..., int]] = {"min": min, "max": max}


def evaluate(formula: str, values: Mapping[str, int]) -> int:
    """Value of `formula` with the names of `values`; a condition gives 0 or 1. Raises TargetError on anything else."""
    return _value(_parsed(formula), values, formula)


@cache
def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError as error:
        raise _wrong(formula) from error


def _wrong(formula: str) -> TargetError:
    return TargetError(f"operators.toml: formula {formula!r} is not understood", "see the comment atop operators.toml")


def _value(node: ast.expr, values: Mapping[str, int], formula: str) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return int(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, values, formula), _value(right, values, formula))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values, formula)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return int(not _value(operand, values, formula))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return int(_COMPARE[type(op)](_value(left, values, formula), _value(right, values, formula)))
        case ast.BoolOp(op=ast.And(), values=parts):
            return int(all(_value(part, values, formula) for part in parts))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return int(any(_value(part, values, formula) for part in parts))
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return _value(body if _value(test, values, formula) else otherwise, values, formula)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS and args:
            return _CALLS[name](*(_value(argument, values, formula) for argument in args))
        case _:
            raise _wrong(formula)
