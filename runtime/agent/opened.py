"""A model that is loaded and allocated, behind one face for both of LiteRT's APIs."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set, Tuple

from edgeflow.wire.constants import DType, Side, Status

from . import interpreters
from .refusal import Refusal
from .signatures import in_file_order

Shapes = Dict[str, List[int]]
_DTYPES = {name.lower(): code for name, code in DType.__members__.items()}


class Tensor(NamedTuple):
    """An input or output as TENSOR describes it; `at` is what the API addresses it by."""

    name: str
    at: Any
    dtype: Any  # numpy's
    shape: Tuple[int, ...]
    scale: float
    zero_point: int

    @property
    def code(self) -> DType:
        return _DTYPES.get(self.dtype.name, DType.STRING)

    @property
    def size(self) -> int:
        count = int(self.dtype.itemsize)
        for length in self.shape:
            count *= max(0, length)
        return count


class Options(NamedTuple):
    """What OPEN asked for."""

    threads: int
    api: str
    delegate: str
    shapes: Shapes
    library: str = ""


def parse_shapes(text: str) -> Shapes:
    """`name=1,224,224,3;…` → {name: sizes}."""
    shapes = {}
    for item in filter(None, text.split(";")):
        name, _, sizes = item.rpartition("=")
        if not re.match(r"^[0-9]+(,[0-9]+)*$", sizes) or not name:
            raise Refusal(Status.BAD_REQUEST, f"shape '{item[:60]}' is not NAME=1,2,3")
        shapes[name] = [int(size) for size in sizes.split(",")]
        if max(shapes[name]) > 2**31 - 1 or min(shapes[name]) < 1:
            raise Refusal(Status.UNSUPPORTED_SHAPE, f"shape '{item[:60]}' is out of range")
    return shapes


def refusal_of(error: Exception, otherwise: Status) -> Refusal:
    """Read what the interpreter's message blames."""
    text = " ".join(str(error).split())
    node = re.search(r"Node number (\d+) \(([^)]*)\)", text)
    operator = int(node.group(1)) if node else -1
    if "unresolved custom op" in text or "Didn't find op" in text or "unsupported builtin" in text.lower():
        return Refusal(Status.UNSUPPORTED_OPERATOR, text, operator)
    return Refusal(otherwise, text, operator if operator < 2**15 else -1)


class InterpreterModel:
    """The Interpreter API; `path` is mapped, not read, by the interpreter."""

    def __init__(self, path: str, options: Options, key: str, phase: Callable[[str], None]) -> None:
        api = interpreters.load()
        resolver = {
            "": api.OpResolverType.AUTO,
            "xnnpack": api.OpResolverType.BUILTIN,
            "none": api.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            "reference": api.OpResolverType.BUILTIN_REF,
        }.get(options.delegate)
        if resolver is None:
            raise Refusal(Status.UNSUPPORTED_OPTION, f"no delegate '{options.delegate[:40]}' here")
        try:
            self._interpreter = api.Interpreter(
                model_path=path, num_threads=options.threads or None, experimental_op_resolver_type=resolver
            )
        except (ValueError, RuntimeError) as error:
            raise refusal_of(error, Status.BAD_MODEL) from None
        phase("load")
        self.signatures = in_file_order(self._interpreter._get_full_signature_list(), path)
        self._allocated: Set[int] = set()
        self._shapes = options.shapes
        self._key = ""
        self.choose(key, strict=True)
        phase("allocate")

    @property
    def _native(self) -> Any:
        """The interpreter below; it counts references to itself and refuses to run while somebody keeps one."""
        return self._interpreter._interpreter

    def choose(self, key: str, strict: bool = False) -> None:
        """Choose a signature, "" for the first, or the main subgraph where there is none; state stays.

        `strict`: every shape that was asked for must be one of its inputs.
        """
        if key and key not in self.signatures:
            known = ", ".join(self.signatures) or "none"
            raise Refusal(Status.NOT_FOUND, f"no signature '{key[:40]}'; known: {known}")
        self._key = key or next(iter(self.signatures), "")
        self._subgraph = self._native.GetSubgraphIndexFromSignature(self._key) if self._key else 0
        try:
            if self._resize(strict) or self._subgraph not in self._allocated:
                self._allocate()
        except (ValueError, RuntimeError) as error:
            raise refusal_of(error, Status.RUNTIME_ERROR) from None
        self._allocated.add(self._subgraph)

    def tensors(self, side: Side) -> List[Tensor]:
        """The chosen signature's inputs or outputs in its order."""
        details = self._interpreter._get_tensor_details
        if self._key:
            pairs = list(self.signatures[self._key]["inputs" if side == Side.INPUT else "outputs"].items())
        else:
            indices = self._native.InputIndices() if side == Side.INPUT else self._native.OutputIndices()
            pairs = [(None, at) for at in indices]
        return [_tensor(name, details(int(at), self._subgraph)) for name, at in pairs]

    def write(self, tensor: Tensor, array: Any) -> None:
        self._native.SetTensor(tensor.at, array, self._subgraph)

    def read(self, tensor: Tensor) -> Any:
        return self._native.GetTensor(tensor.at, self._subgraph)

    def runner(self) -> Callable[[], Any]:
        """What runs the chosen signature once."""
        if not self._subgraph:
            return self._interpreter.invoke  # type: ignore[no-any-return]  # the interpreter's module is untyped
        interpreter, subgraph = self._interpreter, self._subgraph
        return lambda: interpreter._interpreter.Invoke(subgraph)

    def forget(self) -> bool:
        """Reset variable tensors; False where the model has resources too, which only loading it again resets."""
        try:
            names = {item["op_name"] for item in self._interpreter._get_ops_details()}
        except (AttributeError, RuntimeError, ValueError, KeyError):
            return False
        if self._subgraph or len(self.signatures) > 1 or names & {"VAR_HANDLE", "CALL_ONCE", "WHILE", "IF", "CALL"}:
            return False
        self._interpreter.reset_all_variables()
        return True

    @property
    def delegated(self) -> str:
        """Which delegate took operators of the main subgraph."""
        try:
            names = {self._native.NodeName(index) for index in range(self._native.NumNodes())}
        except (AttributeError, RuntimeError, ValueError):
            return ""
        return "xnnpack" if any("delegate" in name.lower() for name in names) else "none"

    def _allocate(self) -> None:
        if self._subgraph:
            self._native.AllocateTensors(self._subgraph)
        else:
            self._interpreter.allocate_tensors()

    def _resize(self, strict: bool) -> bool:
        import numpy

        changes = changed_shapes(self._shapes, self.tensors(Side.INPUT), strict)
        for tensor, shape in changes:
            self._native.ResizeInputTensor(tensor.at, numpy.array(shape, numpy.int32), False, self._subgraph)
        return bool(changes)


class CompiledModel:
    """LiteRT's CompiledModel API on the CPU."""

    def __init__(self, path: str, options: Options, key: str, phase: Callable[[str], None]) -> None:
        api = interpreters.load("compiled_model")
        modes = {"": None, "xnnpack": "DELEGATE", "none": "BUILTIN", "reference": "REFERENCE"}
        if options.delegate not in modes:
            raise Refusal(Status.UNSUPPORTED_OPTION, f"no delegate '{options.delegate[:40]}' here")
        mode = modes[options.delegate]
        try:
            cpu = api.CpuOptions(
                num_threads=options.threads or 1, kernel_mode=None if mode is None else api.CpuKernelMode[mode]
            )
            accelerators = api.HardwareAccelerator.CPU
            compiled = api.Options(hardware_accelerators=accelerators, cpu_options=cpu)
            self._model = api.CompiledModel.from_file(path, options=compiled)
        except (AttributeError, TypeError) as error:
            raise Refusal(Status.UNSUPPORTED_OPTION, f"this version's compiled-model API differs: {error}") from None
        except (ValueError, RuntimeError) as error:
            raise refusal_of(error, Status.BAD_MODEL) from None
        phase("load")
        self.signatures = in_file_order(self._model.get_signature_list(), path)
        self.delegated = {"": "xnnpack", "xnnpack": "xnnpack"}.get(options.delegate, "none")
        self._shapes = options.shapes
        self._buffers: Dict[int, Tuple[List[Any], List[Any]]] = {}
        self._index = 0
        self._key = ""
        self.choose(key, strict=True)
        phase("allocate")

    def choose(self, key: str, strict: bool = False) -> None:
        if key and key not in self.signatures:
            raise Refusal(Status.NOT_FOUND, f"no signature '{key[:40]}'; known: {', '.join(self.signatures)}")
        self._key = key or next(iter(self.signatures), "")
        self._index = self._model.get_signature_index(self._key) if self._key else 0
        try:
            for tensor, shape in changed_shapes(self._shapes, self.tensors(Side.INPUT), strict):
                self._model.resize_input_tensor(tensor.at, shape, self._index, strict=False)
                self._buffers.pop(self._index, None)
            if self._index not in self._buffers:
                inputs = self._model.create_input_buffers(self._index)
                self._buffers[self._index] = (inputs, self._model.create_output_buffers(self._index))
        except (ValueError, RuntimeError) as error:
            raise refusal_of(error, Status.RUNTIME_ERROR) from None

    def _details(self, side: Side) -> Dict[str, Any]:
        get = self._model.get_input_tensor_details if side == Side.INPUT else self._model.get_output_tensor_details
        return get(self._key)  # type: ignore[no-any-return]  # the interpreter's module is untyped

    def tensors(self, side: Side) -> List[Tensor]:
        details = self._details(side)
        kind = "inputs" if side == Side.INPUT else "outputs"
        own = self._model.get_signature_list()[self._key][kind]  # buffers go by its own order
        return [_tensor(name, dict(details[name], index=own.index(name))) for name in self.signatures[self._key][kind]]

    def write(self, tensor: Tensor, array: Any) -> None:
        self._buffers[self._index][0][tensor.at].write(array)

    def read(self, tensor: Tensor) -> Any:
        return self._buffers[self._index][1][tensor.at].read(tensor.size // tensor.dtype.itemsize, tensor.dtype)

    def forget(self) -> bool:
        """Only loading it again resets its variables."""
        return False

    def runner(self) -> Callable[[], Any]:
        model, index, buffers = self._model, self._index, self._buffers[self._index]
        return lambda: model.run_by_index(index, buffers[0], buffers[1])


def open_model(path: str, options: Options, key: str, phase: Callable[[str], None]) -> Any:
    """Load with the API that was asked for, the Interpreter by default, and choose the signature `key`."""
    if options.api in ("prepare", "read"):
        from .wrapped import WrapperModel

        return WrapperModel(path, options, key, phase)
    if options.library:
        if options.api not in ("", "compiled-model"):
            raise Refusal(Status.UNSUPPORTED_OPTION, "custom operators go with the compiled-model API only")
        from .custom import CustomModel

        return CustomModel(path, options, key, phase)
    if options.api in ("", "interpreter"):
        return InterpreterModel(path, options, key, phase)
    if options.api == "compiled-model":
        return CompiledModel(path, options, key, phase)
    raise Refusal(Status.UNSUPPORTED_OPTION, f"no API '{options.api[:40]}' here")


def changed_shapes(shapes: Shapes, inputs: List[Tensor], strict: bool) -> List[Tuple[Tensor, List[int]]]:
    """The inputs whose shape is to change, by name or number."""
    named = {str(number): tensor for number, tensor in enumerate(inputs)}
    named.update((tensor.name, tensor) for tensor in inputs)
    unknown = [name for name in shapes if name not in named]
    if unknown and strict:
        known = ", ".join(tensor.name for tensor in inputs)
        raise Refusal(Status.NOT_FOUND, f"no input '{unknown[0][:30]}'; known: {known}")
    return [
        (named[name], shape) for name, shape in shapes.items() if name in named and list(named[name].shape) != shape
    ]


def _tensor(name: Optional[str], details: Dict[str, Any]) -> Tensor:
    import numpy

    scale, zero_point = details.get("quantization") or (0.0, 0)
    shape = tuple(int(size) for size in details["shape"])
    at, dtype = int(details["index"]), numpy.dtype(details["dtype"])
    return Tensor(name if name is not None else details["name"], at, dtype, shape, float(scale), int(zero_point))
