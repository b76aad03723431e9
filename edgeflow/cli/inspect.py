"""`edgeflow inspect`: what is in a model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from edgeflow.cli.convert_options import SIGNATURE, SOURCE, options, reading, refuse_reading
from edgeflow.cli.output import json_option, print_json, print_table
from edgeflow.cli.plain import count_text, plain
from edgeflow.errors import UsageError
from edgeflow.fit.case import size_text
from edgeflow.model.own_operators import custom_operators, select_tf_operators
from edgeflow.model.types import Model, Subgraph, Tensor
from edgeflow.pipeline.inspect import Inspection, inspect


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--tensors", is_flag=True, help="Every tensor and operator, not only inputs, outputs and sums.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="NAME",
    help="For a source, or a float .tflite: would it run there, and as int8?",
)
@options(SIGNATURE, SOURCE)
@json_option
def command(model: Path, tensors: bool, targets: tuple[str, ...], as_json: bool, **of_source: Any) -> int:
    """Show what is in MODEL: signatures, tensors, operators, and what they cost.

    Of a source that is not converted yet (.keras, .h5, SavedModel, .pb): what would become of it.
    """
    from edgeflow.cli.inspect_source import is_source, show

    if is_source(model, of_source["kind"]):
        return show(model, targets, as_json, reading=reading(of_source))
    refuse_reading(of_source)
    found = inspect(model)
    if targets and any(tensor.quantization for graph in found.model.subgraphs for tensor in graph.tensors):
        raise UsageError(
            "--target is for sources, and this .tflite is quantized already",
            f"edgeflow check {model} --target {targets[0]} judges it",
        )
    if targets:
        return show(model, targets, as_json)
    if as_json:
        print_json(_answer(found, tensors))
        return 0
    _print_head(found)
    entries = {signature.subgraph for signature in found.model.signatures} or {0}
    for subgraph in found.model.subgraphs:
        if tensors or subgraph.index in entries:
            _print_interface(found.model, subgraph)
    _print_signatures(found.model)
    _print_operators(found)
    if tensors:
        for subgraph in found.model.subgraphs:
            _print_tensors(found.model, subgraph)
            _print_nodes(found.model, subgraph)
    return 0


def _print_head(found: Inspection) -> None:
    model = found.model
    arena = found.arena
    facts = [
        ("model", f"{plain(model.name, 60)}, {size_text(model.size)}"),
        ("sha256", model.sha256),
        ("description", plain(model.description, 60)),
        ("metadata", ", ".join(plain(name, 40) for name in model.metadata_names[:12])),
        ("described", _described(model)),
        ("subgraphs", str(len(model.subgraphs)) if len(model.subgraphs) > 1 else ""),
        ("weights", size_text(found.weight_bytes)),
        ("MACs", f"{count_text(found.macs)} {'an invoke' if len(model.subgraphs) == 1 else 'in all subgraphs'}"),
        ("custom", _listed(custom_operators(model), "it needs your kernels")),
        ("Select TF", _listed(select_tf_operators(model), "only in Android apps")),
        ("arena", f"about {size_text(arena.total_bytes)} (edgeflow check gives it for a target)"),
    ]
    for label, text in facts:
        if text:
            click.echo(f"{label:<12} {text}")


def _listed(names: tuple[str, ...], what: str) -> str:
    return f"{plain(', '.join(names), 30)}: {what}" if names else ""


def _described(model: Model) -> str:
    """One line of its TFLite metadata, empty where it has none."""
    from edgeflow.errors import ModelError
    from edgeflow.model.metadata_read import read_metadata

    try:
        found = read_metadata(model)
    except ModelError:
        return "its metadata cannot be read: edgeflow metadata show says why"
    if found is None:
        return ""
    title = " ".join(plain(text, 24) for text in (found.name, found.version) if text)
    return f"{title or 'yes'} (edgeflow metadata show)"


def _print_interface(model: Model, subgraph: Subgraph) -> None:
    rows = [
        (role, number, plain(tensor.name, 44), tensor.dtype, _shape(tensor), _quantization(tensor))
        for role, indices in (("in", subgraph.inputs), ("out", subgraph.outputs))
        for number, tensor in enumerate(subgraph.tensors[index] for index in indices)
    ]
    if not rows:
        return
    _print_title(model, subgraph, "inputs and outputs")
    print_table(("", "NO", "TENSOR", "TYPE", "SHAPE", "QUANTIZATION"), rows, right=(1,))


def _print_signatures(model: Model) -> None:
    if not model.signatures:
        click.echo("no signatures: inputs and outputs go by number\n")
        return
    rows = []
    for signature in model.signatures:
        for role, pairs in (("in", signature.inputs), ("out", signature.outputs)):
            for name, index in pairs:
                tensor = model.subgraphs[signature.subgraph].tensors[index]
                rows.append((plain(signature.key, 40), role, plain(name, 60), tensor.dtype, _shape(tensor)))
    print_table(("SIGNATURE", "", "NAME", "TYPE", "SHAPE"), rows)


def _print_operators(found: Inspection) -> None:
    rows = [
        (
            plain(total.name, 40),
            total.count,
            count_text(total.macs) if total.macs else "",
            f"{100 * total.macs / found.macs:.1f} %" if total.macs else "",
            size_text(total.weight_bytes) if total.weight_bytes else "",
        )
        for total in sorted(found.operators, key=lambda total: (-total.macs, -total.count, total.name))
    ]
    print_table(("OPERATOR", "COUNT", "MACs", "SHARE", "WEIGHTS"), rows, right=(1, 2, 3, 4))


def _print_tensors(model: Model, subgraph: Subgraph) -> None:
    _print_title(model, subgraph, "tensors")
    rows = [
        (
            tensor.index,
            plain(tensor.name, 44),
            tensor.dtype,
            _shape(tensor),
            size_text(tensor.constant_bytes) if tensor.is_constant else "variable" if tensor.is_variable else "",
            _quantization(tensor),
        )
        for tensor in subgraph.tensors
    ]
    print_table(("NO", "TENSOR", "TYPE", "SHAPE", "CONSTANT", "QUANTIZATION"), rows, right=(0, 4))


def _print_nodes(model: Model, subgraph: Subgraph) -> None:
    _print_title(model, subgraph, "operators")
    rows = [
        (
            operator.index,
            plain(operator.name, 40),
            operator.version,
            " ".join(map(str, operator.inputs)),
            " ".join(map(str, operator.outputs)),
            count_text(operator.macs) if operator.macs else "",
        )
        for operator in subgraph.operators
    ]
    print_table(("NO", "OPERATOR", "VERSION", "INPUTS", "OUTPUTS", "MACs"), rows, right=(0, 2, 5))


def _print_title(model: Model, subgraph: Subgraph, what: str) -> None:
    if len(model.subgraphs) > 1:
        click.echo(f"subgraph {subgraph.index} {plain(subgraph.name, 40)}: {what}")


def _shape(tensor: Tensor) -> str:
    """`1×49×10×1`; `?` where the size is free."""
    return "×".join("?" if size < 0 else str(size) for size in tensor.shape_signature) or "scalar"


def _quantization(tensor: Tensor) -> str:
    found = tensor.quantization
    if found is None:
        return ""
    if found.per_axis:
        return f"{len(found.scale)} scales, axis {found.quantized_dimension}"
    return f"{found.scale[0]:.6g}, zero {found.zero_point[0]}"


def _answer(found: Inspection, tensors: bool) -> dict[str, Any]:
    model = found.model
    return {
        "schema": "edgeflow.inspection/1",
        "model": {"name": model.name, "sha256": model.sha256, "bytes": model.size, "description": model.description},
        "metadata": list(model.metadata_names),
        "signatures": [
            {
                "key": signature.key,
                "subgraph": signature.subgraph,
                "inputs": [{"name": name, "tensor": index} for name, index in signature.inputs],
                "outputs": [{"name": name, "tensor": index} for name, index in signature.outputs],
            }
            for signature in model.signatures
        ],
        "subgraphs": [_subgraph_answer(subgraph, tensors) for subgraph in model.subgraphs],
        "operators": [
            {"name": total.name, "count": total.count, "macs": total.macs, "weight_bytes": total.weight_bytes}
            for total in found.operators
        ],
        "macs": found.macs,
        "weight_bytes": found.weight_bytes,
        "arena": {
            "planned_bytes": found.arena.planned_bytes,
            "persistent_bytes": found.arena.persistent_bytes,
            "total_bytes": found.arena.total_bytes,
            "exact": found.arena.exact,
        },
    }


def _subgraph_answer(subgraph: Subgraph, tensors: bool) -> dict[str, Any]:
    return {
        "index": subgraph.index,
        "name": subgraph.name,
        "inputs": [_tensor_answer(subgraph.tensors[index]) for index in subgraph.inputs],
        "outputs": [_tensor_answer(subgraph.tensors[index]) for index in subgraph.outputs],
        "tensors": [_tensor_answer(tensor) for tensor in subgraph.tensors] if tensors else None,
        "operators": [
            {
                "index": operator.index,
                "name": operator.name,
                "version": operator.version,
                "custom": operator.custom,
                "inputs": list(operator.inputs),
                "outputs": list(operator.outputs),
                "macs": operator.macs,
                "weight_bytes": operator.weight_bytes,
            }
            for operator in subgraph.operators
        ]
        if tensors
        else None,
    }


def _tensor_answer(tensor: Tensor) -> dict[str, Any]:
    found = tensor.quantization
    return {
        "index": tensor.index,
        "name": tensor.name,
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
        "shape_signature": list(tensor.shape_signature),
        "bytes": tensor.bytes if tensor.bytes or 0 in tensor.shape else None,
        "constant_bytes": tensor.constant_bytes,
        "variable": tensor.is_variable,
        "quantization": {
            "scale": [scale if math.isfinite(scale) else None for scale in found.scale],
            "zero_point": list(found.zero_point),
            "quantized_dimension": found.quantized_dimension,
        }
        if found
        else None,
    }
