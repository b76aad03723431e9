"""Bytes that a graph's weights and activations take, as the converter would fold and join its operators."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

PRODUCTS = {"Conv2D", "DepthwiseConv2dNative", "MatMul", "BatchMatMulV2", "BatchMatMulV3", "BatchMatMul", "Conv3D"}
_ADDED = {"BiasAdd", "Add", "AddV2", "Sub", "Mul", "FusedBatchNormV3", "RealDiv"}  # with constants, after a product
_ACTIVATIONS = {"Relu", "Relu6"}


def layer(name: str) -> str:
    """A node's name without the calls it was inlined from: `model/conv2d/Relu`."""
    parts = [part for part in name.split("/") if not re.fullmatch(r"(Stateful)?PartitionedCall(_\d+)?", part)]
    return "/".join(parts) or name


def known_elements(end: Any) -> int | None:
    return math.prod(int(n) for n in end.shape) if end.shape.is_fully_defined() else None


def known_sizes(shape: Any) -> list[int] | None:
    return [int(n) for n in shape] if shape.is_fully_defined() else None


def weights(nodes: list[Any], constant: Mapping[str, bool]) -> dict[str, int]:
    """Bytes of the constants that remain: as they are, and with int8 kernels and int32 biases."""
    exact = small = channels = 0
    seen = set()
    for node in nodes:
        if constant[node.name]:
            continue
        absorbed = node.type in _ADDED and _follows_product(node, constant)
        for end in node.inputs:
            root = _through(end)
            if not constant[end.op.name] or root.name in seen or (size := known_elements(end)) is None:
                continue
            seen.add(root.name)
            item = end.dtype.base_dtype.size or 0
            floating = end.dtype.base_dtype.is_floating
            if node.type in PRODUCTS:
                channels += _channels(node, end)
            if absorbed and node.type in ("Mul", "RealDiv"):
                continue  # scales become part of the kernel before it
            if absorbed and node.type == "FusedBatchNormV3":
                size = size if end is node.inputs[2] else 0
            exact += size * item
            small += size * (4 if absorbed else 1) if floating else size * item
    return {"float_weight_bytes": exact, "int8_weight_bytes": small, "channels": channels}


def _channels(node: Any, kernel: Any) -> int:
    """Output channels of a kernel, each of which has a scale of its own in int8."""
    sizes = known_sizes(kernel.shape) or [1]
    return math.prod(sizes[-2:]) if node.type == "DepthwiseConv2dNative" else sizes[-1]


def _through(end: Any) -> Any:
    while end.op.type == "Identity":
        end = end.op.inputs[0]
    return end


def _follows_product(node: Any, constant: Mapping[str, bool]) -> bool:
    """Whether an addition or multiplication by constants can become part of the product before it."""
    data = [end for end in node.inputs if not constant[end.op.name]]
    while len(data) == 1:
        before = data[0].op
        if before.type in PRODUCTS:
            return True
        if before.type not in _ADDED | {"Identity"}:
            return False
        data = [end for end in before.inputs if not constant[end.op.name]]
    return False


def activations(nodes: list[Any], constant: Mapping[str, bool], outputs: Iterable[Any], inner: int) -> dict[str, Any]:
    """The largest tensor, and the most bytes alive at once, each as it is and with floats as int8.

    A result that becomes part of the operator before it (bias, normalization, ReLU) takes no memory of its own.
    Sizes that are free count as 1. `kept` counts the operators that remain, with the `inner` ones of loops.
    """
    users: dict[str, list[Any]] = {}
    for node in nodes:
        for end in node.inputs:
            users.setdefault(end.op.name, []).append(node)
    kept = inner
    alias: dict[str, str] = {}
    sizes: dict[str, tuple[int, int]] = {}
    last: dict[str, int] = {}
    first: dict[str, int] = {}
    for place, node in enumerate(nodes):
        if constant[node.name]:
            continue
        dynamic = [end for end in node.inputs if not constant[end.op.name]]
        for end in dynamic:
            last[_root(alias, end.name)] = place
        merged = (
            node.type in ("Identity", "StopGradient")
            or (node.type in _ADDED and _follows_product(node, constant))
            or (node.type in _ACTIVATIONS and dynamic and dynamic[0].op.type not in ("Placeholder",))
            or (node.type in ("Pad", "PadV2") and _is_same_padding(node, users.get(node.name, [])))
        )
        kept += not merged and node.type != "Placeholder"
        for end in node.outputs:
            if merged and dynamic:
                alias[end.name] = _root(alias, dynamic[0].name)
                continue
            free = [] if end.shape.rank is None else end.shape.as_list()
            elements = math.prod(1 if n is None else int(n) for n in free)
            item = end.dtype.base_dtype.size or 0
            sizes[end.name] = (elements * item, elements * (1 if end.dtype.base_dtype.is_floating else item))
            first[end.name] = last[end.name] = place
            if node.type == "Placeholder":
                first[end.name] = 0
    for end in outputs:
        last[_root(alias, end.name)] = len(nodes)
    largest = max(sizes, key=lambda name: sizes[name], default="")
    return {
        "kept": kept,
        "largest_bytes": sizes[largest][0] if largest else 0,
        "largest_int8_bytes": sizes[largest][1] if largest else 0,
        "largest_layer": layer(largest.split(":")[0]),
        "peak_bytes": _peak(first, last, {name: size[0] for name, size in sizes.items()}, len(nodes)),
        "peak_int8_bytes": _peak(first, last, {name: size[1] for name, size in sizes.items()}, len(nodes)),
    }


def _is_same_padding(pad: Any, users: list[Any]) -> bool:
    """Whether padding and the one convolution after it are what SAME padding does, so that the converter joins them."""
    if len(users) != 1 or users[0].type not in ("Conv2D", "DepthwiseConv2dNative"):
        return False
    before, after = known_sizes(pad.inputs[0].shape), known_sizes(users[0].outputs[0].shape)
    strides = users[0].get_attr("strides")
    if before is None or after is None or len(before) != 4 or users[0].get_attr("padding") != b"VALID":
        return False
    return all(after[axis] == -(-before[axis] // strides[axis]) for axis in (1, 2))


def _peak(first: Mapping[str, int], last: Mapping[str, int], sizes: Mapping[str, int], places: int) -> int:
    change = [0] * (places + 2)
    for name, size in sizes.items():
        change[first[name]] += size
        change[last[name] + 1] -= size
    return max(accumulate(change))


def _root(alias: Mapping[str, str], name: str) -> str:
    return alias.get(name, name)
