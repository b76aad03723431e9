"""What a generated package does before and after the interpreter, each by itself, so that it can be timed.

The package comes as a zip that the host rendered, with two files beside it: `wrapper.json` says which package, class
and method to take, `values.npz` has what an application would give, by the inputs' numbers.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import zipfile
from typing import Any, Callable, Dict, List

from edgeflow.wire.constants import Side, Status

from . import opened
from .refusal import Refusal

PREPARE, READ = "prepare", "read"  # OPEN's api
APIS = (PREPARE, READ)


class WrapperModel:
    """The same face as the models of `opened`.

    With the api `prepare` a run makes tensors of the values; nothing is read or written. With `read` a run makes the
    answer of the raw outputs, which the model gives once for the inputs that were written.
    """

    delegated = "none"

    def __init__(self, path: str, options: opened.Options, key: str, phase: Callable[[str], None]) -> None:
        try:
            with zipfile.ZipFile(options.library) as archive:
                self._told: Dict[str, Any] = json.loads(archive.read("wrapper.json").decode("utf-8"))
                values = archive.read("values.npz")
            sys.path.insert(0, options.library)
            self._module = importlib.import_module(self._told["package"] + ".wrapper")
            kind = getattr(self._module, self._told["class"])
            self._wrapper = kind.__new__(kind)  # without its interpreter: the one here is opened below
            self._wrapper._locale = ""
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, ImportError, AttributeError) as error:
            raise Refusal(Status.BAD_REQUEST, f"no wrapper: {type(error).__name__}: {error}") from None
        self._values = _values(values)
        self._model: Any = None
        if options.api == READ:
            plain = options._replace(api="", library="")
            self._model = opened.InterpreterModel(path, plain, key, phase)

    @property
    def signatures(self) -> Dict[str, Any]:
        found: Dict[str, Any] = self._model.signatures if self._model else {}
        return found

    def choose(self, key: str, strict: bool = False) -> None:
        if self._model:
            self._model.choose(key, strict)

    def tensors(self, side: Side) -> List[opened.Tensor]:
        found: List[opened.Tensor] = self._model.tensors(side) if self._model and side == Side.INPUT else []
        return found

    def write(self, tensor: opened.Tensor, array: Any) -> None:
        self._model.write(tensor, array)

    def forget(self) -> bool:
        """Nothing is kept between runs."""
        return True

    def runner(self) -> Callable[[], Any]:
        method = self._told["method"]
        prepare = getattr(self._wrapper, "_prepare_" + method)
        if self._model is None:
            values = self._values
            return lambda: prepare(*values)
        read = getattr(self._wrapper, "_read_" + method)
        self._model.runner()()
        tensors = self._model.tensors(Side.OUTPUT)
        raw = getattr(self._module, self._told["raw"])(*(self._model.read(tensor) for tensor in tensors))
        if not self._told["photo"]:
            return lambda: read(raw)
        photo = getattr(self._wrapper, "_photo_" + method)(*self._values)
        return lambda: read(raw, photo)


def _values(content: bytes) -> List[Any]:
    """Arrays by their numbers; one without dimensions is a text."""
    import numpy

    with numpy.load(io.BytesIO(content), allow_pickle=False) as kept:
        arrays = [kept[str(number)] for number in range(len(kept.files))]
    return [str(array) if array.dtype.kind == "U" else array for array in arrays]
