"""A model with custom operators from a library, through LiteRT's C interface.

The Python package registers operators of its own only through a C++ class whose functions it does not export; the
library `libLiteRt.so` in the same package offers them in C. What a library must export stands in
`runtime/litert/edgeflow_custom_operators.h`.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_int, c_size_t, c_void_p
from typing import Any, Callable, Dict, List, Tuple

from edgeflow.wire.constants import Side, Status

from .litert_c import Calls, Layout, PerTensor, Ranked, load_operators
from .opened import Options, Tensor, changed_shapes
from .refusal import Refusal
from .signatures import in_file_order

_CPU = 1
_READ, _WRITE = 0, 1
_CUSTOM = 32  # TFLite's code of every custom operator
_PER_TENSOR = 1  # LiteRT's kind of quantization
_MODES = {"": "", "xnnpack": "xnnpack", "none": "builtin", "reference": "reference"}
# LiteRT's element types, which are not the codes that .tflite files have
_ELEMENTS = {
    1: "float32",
    2: "int32",
    3: "uint8",
    4: "int64",
    6: "bool",
    7: "int16",
    9: "int8",
    10: "float16",
    11: "float64",
    16: "uint32",
    17: "uint16",
}


class CustomModel:
    """LiteRT's CompiledModel with the operators of a library; the same face as the models of `opened`."""

    def __init__(self, path: str, options: Options, key: str, phase: Callable[[str], None]) -> None:
        if options.delegate not in _MODES:
            raise Refusal(Status.UNSUPPORTED_OPTION, f"no delegate '{options.delegate[:40]}' here")
        self._lite = Calls()
        self.operators = load_operators(options.library)
        environment = self._lite.made("LiteRtDestroyEnvironment", "LiteRtCreateEnvironment", 0, None)
        self._environment = environment
        try:
            read = "LiteRtCreateModelFromFile"
            self._file = self._lite.made("LiteRtDestroyModel", read, environment, os.fsencode(path))
        except Refusal as no:
            raise Refusal(Status.BAD_MODEL, no.text) from None
        made = self._options(options)
        destroy, create = "LiteRtDestroyCompiledModel", "LiteRtCreateCompiledModel"
        self._model = self._lite.made(destroy, create, environment, self._file, made)
        self._raise_failure()
        phase("load")
        self._signatures: Dict[str, c_void_p] = {}
        for index in range(self._lite.count("LiteRtGetNumModelSignatures", self._file)):
            signature = self._lite.got("LiteRtGetModelSignature", self._file, c_size_t(index))
            self._signatures[self._lite.text("LiteRtGetSignatureKey", signature)] = signature
        self._order = list(self._signatures)
        named = {
            name: {side.name.lower() + "s": self._names(signature, side) for side in Side}
            for name, signature in self._signatures.items()
        }
        self.signatures = in_file_order(named, path)
        self.delegated = "xnnpack" if options.delegate in ("", "xnnpack") else "none"
        self._shapes = options.shapes
        self._buffers: Dict[int, Tuple[List[Any], List[Any]]] = {}
        self._key = ""
        self._index = 0
        try:
            self.choose(key, strict=True)  # allocates, and so finds out what the library lacks
        except Refusal as no:
            self._raise_failure()
            if no.status == Status.RUNTIME_ERROR:
                self._blame()
            raise
        self._raise_failure()
        phase("allocate")

    def __del__(self) -> None:
        if hasattr(self, "_lite"):
            self._lite.close()

    def choose(self, key: str, strict: bool = False) -> None:
        """As InterpreterModel.choose."""
        if key and key not in self.signatures:
            raise Refusal(Status.NOT_FOUND, f"no signature '{key[:40]}'; known: {', '.join(self.signatures)}")
        self._key = key or next(iter(self.signatures), "")
        self._index = self._order.index(self._key)
        for tensor, shape in changed_shapes(self._shapes, self.tensors(Side.INPUT), strict):
            sizes = (c_int * len(shape))(*shape)
            place = (c_size_t(self._index), c_size_t(tensor.at))
            self._lite.do(
                "LiteRtCompiledModelResizeInputTensorNonStrict", self._model, *place, sizes, c_size_t(len(shape))
            )
            self._buffers.pop(self._index, None)
        if self._index not in self._buffers:
            self._buffers[self._index] = (self._made_buffers(Side.INPUT), self._made_buffers(Side.OUTPUT))

    def tensors(self, side: Side) -> List[Tensor]:
        """The chosen signature's inputs or outputs in its order."""
        signature = self._signatures[self._key]
        own = self._names(signature, side)
        layouts = self._layouts(side, len(own))
        kind = "inputs" if side == Side.INPUT else "outputs"
        return [
            self._tensor(signature, side, own.index(name), name, layouts[own.index(name)])
            for name in self.signatures[self._key][kind]
        ]

    def write(self, tensor: Tensor, array: Any) -> None:
        data = array.tobytes()
        buffer = self._buffers[self._index][0][tensor.at]
        ctypes.memmove(self._locked(buffer, _WRITE), data, len(data))
        self._lite.do("LiteRtUnlockTensorBuffer", buffer)

    def read(self, tensor: Tensor) -> Any:
        import numpy

        buffer = self._buffers[self._index][1][tensor.at]
        data = ctypes.string_at(self._locked(buffer, _READ), tensor.size)
        self._lite.do("LiteRtUnlockTensorBuffer", buffer)
        return numpy.frombuffer(data, tensor.dtype).reshape(tensor.shape)

    def forget(self) -> bool:
        """As CompiledModel.forget."""
        return False

    def runner(self) -> Callable[[], Any]:
        """What runs the chosen signature once; a kernel's failure is noticed after the run."""
        inputs, outputs = self._buffers[self._index]
        given = (c_void_p * len(inputs))(*inputs)
        taken = (c_void_p * len(outputs))(*outputs)
        call = (self._model, c_size_t(self._index), c_size_t(len(inputs)), given, c_size_t(len(outputs)), taken)
        run, flags = self._lite.library.LiteRtRunCompiledModel, [item.failed for item in self.operators if item.failed]

        def once() -> None:
            if run(*call):
                raise RuntimeError("LiteRT failed to run the model; the device's console says why")
            for failed in flags:
                if failed[0]:
                    self._raise_failure()

        return once

    def _raise_failure(self) -> None:
        for item in self.operators:
            if item.failed and item.failed[0]:
                status, item.failed[0] = item.failed[0], 0
                raise Refusal(Status.RUNTIME_ERROR, f"custom operator {item.name.decode()} failed with status {status}")

    def _options(self, options: Options) -> c_void_p:
        made = self._lite.made("LiteRtDestroyOptions", "LiteRtCreateOptions")
        self._lite.do("LiteRtSetOptionsHardwareAccelerators", made, _CPU)
        lines = [f"num_threads = {options.threads or 1}"]
        if _MODES[options.delegate]:
            lines.append(f'kernel_mode = "{_MODES[options.delegate]}"')
        libc = ctypes.CDLL(None)
        libc.strdup.restype = c_void_p
        text = c_void_p(libc.strdup("\n".join(lines).encode()))
        opaque = c_void_p()  # the model's options own it, and it owns the text
        free = ctypes.cast(libc.free, c_void_p)
        self._lite.do("LiteRtCreateOpaqueOptions", b"xnnpack", text, free, byref(opaque))
        self._lite.do("LiteRtAddOpaqueOptions", made, opaque)
        for item in self.operators:
            kernel, user = c_void_p(item.kernel), c_void_p(item.user)
            self._lite.do("LiteRtAddCustomOpKernelOption", made, item.name, item.version, kernel, user)
        return made

    def _blame(self) -> None:
        """Raise for the model's first custom operator that the library lacks, if there is one."""
        had = {item.name.decode() for item in self.operators}
        for graph_index in range(self._lite.count("LiteRtGetNumModelSubgraphs", self._file)):
            graph = self._lite.got("LiteRtGetModelSubgraph", self._file, c_size_t(graph_index))
            for index in range(self._lite.count("LiteRtGetNumSubgraphOps", graph)):
                operator, code = self._lite.got("LiteRtGetSubgraphOp", graph, c_size_t(index)), c_int()
                self._lite.do("LiteRtGetOpCode", operator, byref(code))
                if code.value != _CUSTOM:
                    continue
                name = self._lite.text("LiteRtGetCustomCode", operator)
                if name not in had:
                    text = f"custom operator {name}: the library has {', '.join(sorted(had))}"
                    raise Refusal(Status.UNSUPPORTED_OPERATOR, text, index)

    def _names(self, signature: c_void_p, side: Side) -> List[str]:
        what = side.name.title()
        count = self._lite.count(f"LiteRtGetNumSignature{what}s", signature)
        return [self._lite.text(f"LiteRtGetSignature{what}Name", signature, c_size_t(index)) for index in range(count)]

    def _layouts(self, side: Side, count: int) -> List[Layout]:
        found = (Layout * count)()
        at = c_size_t(self._index)
        if side == Side.OUTPUT:
            name = "LiteRtGetCompiledModelOutputTensorLayouts"
            self._lite.do(name, self._model, at, c_size_t(count), found, ctypes.c_bool(True))
            return list(found)
        for index in range(count):
            layout = byref(found[index])
            self._lite.do("LiteRtGetCompiledModelInputTensorLayout", self._model, at, c_size_t(index), layout)
        return list(found)

    def _tensor(self, signature: c_void_p, side: Side, index: int, name: str, layout: Layout) -> Tensor:
        import numpy

        at = c_size_t(index)
        handle = self._lite.got(f"LiteRtGetSignature{side.name.title()}TensorByIndex", signature, at)
        ranked, kind, scale = Ranked(), c_int(), PerTensor()
        self._lite.do("LiteRtGetRankedTensorType", handle, byref(ranked))
        if ranked.element not in _ELEMENTS:
            raise Refusal(Status.UNSUPPORTED_TYPE, f"{name}: a type that is not offered here", tensor=index)
        self._lite.do("LiteRtGetQuantizationTypeId", handle, byref(kind))
        if kind.value == _PER_TENSOR:
            self._lite.do("LiteRtGetPerTensorQuantization", handle, byref(scale))
        dtype = numpy.dtype(_ELEMENTS[ranked.element])
        return Tensor(name, index, dtype, layout.shape, float(scale.scale), int(scale.zero_point))

    def _made_buffers(self, side: Side) -> List[Any]:
        what, made = side.name.title(), []
        signature = self._signatures[self._key]
        for index, layout in enumerate(self._layouts(side, len(self._names(signature, side)))):
            at = c_size_t(index)
            wanted = self._lite.got(
                f"LiteRtGetCompiledModel{what}BufferRequirements", self._model, c_size_t(self._index), at
            )
            ranked = Ranked()
            handle = self._lite.got(f"LiteRtGetSignature{what}TensorByIndex", signature, at)
            self._lite.do("LiteRtGetRankedTensorType", handle, byref(ranked))
            ranked.layout = layout
            create = "LiteRtCreateManagedTensorBufferFromRequirements"
            made.append(self._lite.made("LiteRtDestroyTensorBuffer", create, self._environment, byref(ranked), wanted))
        return made

    def _locked(self, buffer: c_void_p, mode: int) -> c_void_p:
        memory = c_void_p()
        self._lite.do("LiteRtLockTensorBuffer", buffer, byref(memory), mode)
        return memory
