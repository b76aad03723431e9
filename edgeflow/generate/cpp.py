"""What C++ calls a model's parts, and the types it gives them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from edgeflow.generate.names import C_RESERVED

if TYPE_CHECKING:
    from edgeflow.generate.context import Context, Entry, Port
    from edgeflow.generate.groups import Group
    from edgeflow.generate.signals import Tokenizer

TYPES = {
    "BOOL": "std::uint8_t",
    "FLOAT32": "float",
    "FLOAT64": "double",
    "INT16": "std::int16_t",
    "INT32": "std::int32_t",
    "INT64": "std::int64_t",
    "INT8": "std::int8_t",
    "UINT16": "std::uint16_t",
    "UINT32": "std::uint32_t",
    "UINT8": "std::uint8_t",
}
# classes that generated code has or names itself
_CLASSES = """
Array Audio Box Call Category Classes Detection Error Image LiteRt Options Port Sha256 Shape Size Values
"""


def namespace(context: Context) -> str:
    """The namespace within `models`; lower case, because macros are not."""
    return name(context.symbol.lower())


def class_of(context: Context) -> str:
    """The class, which is never a macro's name."""
    own = context.class_name
    return f"{own}Model" if own in _CLASSES.split() or own.isupper() else own


def name(identifier: str) -> str:
    """A field, parameter or method: C++ reserves more words than the rule the identifier was made by."""
    return f"{identifier}_" if identifier in C_RESERVED else identifier


def element(port: Port) -> str:
    return TYPES[port.dtype]


def argument(port: Port) -> str:
    """The type of what an application gives for an input."""
    kinds = {"image": "const Image&", "audio": "const Audio&", "text": "std::string_view"}
    return kinds.get(port.pre.kind, f"const Values<{element(port)}>&")


def result(port: Port) -> str:
    """The type of what an application gets for an output."""
    kinds = {"classes": "Classes", "named": "std::vector<std::string_view>"}
    if port.post.kind in ("values", "boxes"):
        return "Array<float>"
    return kinds.get(port.post.kind, f"Array<{element(port)}>")


def constant(port: Port, entry: Entry) -> str:
    """Prefix of the constants of a tensor; a capital within it keeps it apart from the model's own names."""
    return f"k{entry.class_prefix}{port.role.title().removesuffix('put')}_{port.identifier}"


def group_constant(group: Group, entry: Entry) -> str:
    return f"k{entry.class_prefix}Group_{group.identifier}"


def sizes(port: Port) -> str:
    """An initializer of its shape."""
    return "{" + ", ".join(map(str, port.shape)) + "}"


def doubles(values: tuple[float, ...]) -> str:
    """The elements of an array of double, each in the fewest digits that give it back."""
    return ", ".join(map(double, values))


def double(value: float | None) -> str:
    """A double; minus infinity for none."""
    return "-std::numeric_limits<double>::infinity()" if value is None else repr(float(value))


def single(value: float) -> str:
    """A float in the fewest digits that give it back."""
    number = np.float32(value)
    if not math.isfinite(number):
        return f"{'-' if number < 0 else ''}std::numeric_limits<float>::infinity()"
    text = str(number)
    return f"{text if '.' in text or 'e' in text else text + '.0'}f"


def singles(values: tuple[float, ...]) -> str:
    return ", ".join(map(single, values))


def whole(values: tuple[int, ...]) -> str:
    """The elements of an array of 64-bit integers."""
    return ", ".join("INT64_MIN" if value == -(2**63) else f"INT64_C({value})" for value in values)


def delimiters(tokenizer: Tokenizer) -> str:
    """Truth of each ASCII character."""
    return ", ".join("true" if chr(code) in tokenizer.delimiters else "false" for code in range(128))


def words(tokenizer: Tokenizer) -> list[tuple[str, int]]:
    """Words and ids, sorted by their UTF-8."""
    return sorted(tokenizer.ids.items(), key=lambda pair: pair[0].encode("utf-8", "surrogatepass"))


FILTERS: dict[str, Callable[..., Any]] = {
    "cpp_namespace": namespace,
    "cpp_class": class_of,
    "cpp_name": name,
    "cpp_element": element,
    "cpp_argument": argument,
    "cpp_result": result,
    "cpp_constant": constant,
    "cpp_group": group_constant,
    "cpp_sizes": sizes,
    "cpp_doubles": doubles,
    "cpp_double": double,
    "cpp_single": single,
    "cpp_singles": singles,
    "cpp_whole": whole,
    "cpp_delimiters": delimiters,
    "cpp_words": words,
    "cpp_model": lambda context: f"models_{namespace(context)}_model",
}
