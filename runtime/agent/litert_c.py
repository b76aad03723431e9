"""LiteRT's C interface, found in the interpreter's own package, and libraries of custom operators for it."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p
from typing import Any, List, Tuple

from edgeflow.wire.constants import Status

from . import interpreters
from .refusal import Refusal

_TABLE = "edgeflow_custom_operators"
_NEEDED = "ai-edge-litert 2 or later is needed for custom operators"
_MOST = 1000  # operators of one library; a table without an end is no table


class Layout(ctypes.Structure):
    """LiteRtLayout: a shape."""

    _fields_ = [("rank", ctypes.c_uint32), ("sizes", ctypes.c_int32 * 8), ("strides", ctypes.c_uint32 * 8)]

    @property
    def shape(self) -> Tuple[int, ...]:
        return tuple(self.sizes[: self.rank & 0x7F])


class Ranked(ctypes.Structure):
    """LiteRtRankedTensorType."""

    _fields_ = [("element", ctypes.c_int32), ("layout", Layout)]


class PerTensor(ctypes.Structure):
    """LiteRtQuantizationPerTensor."""

    _fields_ = [("scale", ctypes.c_float), ("zero_point", ctypes.c_int64)]


class Operator(ctypes.Structure):
    """struct edgeflow_custom_operator."""

    _fields_ = [
        ("name", c_char_p),
        ("version", c_int),
        ("kernel", c_void_p),
        ("user", c_void_p),
        ("failed", POINTER(c_int)),
    ]


class Calls:
    """LiteRT's functions, whose status becomes a refusal; what `made` made is destroyed in the opposite order."""

    def __init__(self) -> None:
        self.library = _litert()
        self._handles: List[Tuple[str, Any]] = []

    def close(self) -> None:
        while self._handles:
            destroy, handle = self._handles.pop()
            getattr(self.library, destroy)(handle)

    def do(self, name: str, *arguments: Any) -> None:
        status = getattr(self.library, name)(*arguments)
        if status:
            raise Refusal(Status.RUNTIME_ERROR, f"LiteRT: {name} failed with status {status}")

    def got(self, name: str, *arguments: Any) -> c_void_p:
        """The handle that a function gives through its last argument."""
        found = c_void_p()
        self.do(name, *arguments, byref(found))
        return found

    def made(self, destroy: str, name: str, *arguments: Any) -> c_void_p:
        handle = self.got(name, *arguments)
        self._handles.append((destroy, handle))
        return handle

    def count(self, name: str, handle: c_void_p) -> int:
        found = c_size_t()
        self.do(name, handle, byref(found))
        return found.value

    def text(self, name: str, *arguments: Any) -> str:
        found = c_char_p()
        self.do(name, *arguments, byref(found))
        return (found.value or b"").decode("utf-8", "replace")


def _litert() -> Any:
    """LiteRT's own library, open to the libraries that come after it."""
    name, version, package = interpreters.found()
    if name != "litert":
        raise Refusal(Status.UNSUPPORTED_OPTION, f"{_NEEDED}, not {name} {version}" if name else _NEEDED)
    import importlib.util

    found = importlib.util.find_spec(package)
    for folder in list(found.submodule_search_locations or []) if found else []:
        path = os.path.join(folder, "libLiteRt.so")
        if os.path.isfile(path):
            try:
                library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
                getattr(library, "LiteRtAddCustomOpKernelOption")  # noqa: B009  # raises where this version has none
            except (OSError, AttributeError) as error:
                raise Refusal(Status.UNSUPPORTED_OPTION, f"{_NEEDED}: {error}") from None
            return library
    raise Refusal(Status.UNSUPPORTED_OPTION, f"{_NEEDED}; {version} has no libLiteRt.so")


def load_operators(path: str) -> List[Operator]:
    """The table that a library exports; LiteRT's library must be loaded before."""
    name = os.path.basename(path)
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise Refusal(Status.BAD_REQUEST, f"custom operators: {str(error).replace(path, name)}") from None
    try:
        first = Operator.in_dll(library, _TABLE)
    except ValueError:
        raise Refusal(Status.BAD_REQUEST, f"custom operators: {name} exports no {_TABLE}") from None
    table = ctypes.cast(ctypes.pointer(first), POINTER(Operator))
    found = []
    for index in range(_MOST):
        if not table[index].name:
            return found
        found.append(table[index])
    raise Refusal(Status.BAD_REQUEST, f"custom operators: the table of {name} has no end")
