"""What looks wrong in metadata although it can be stored: told, never changed."""

from __future__ import annotations

from collections.abc import Mapping

from edgeflow.model.metadata import (
    AssociatedFile,
    Image,
    ModelMetadata,
    Normalization,
    SubGraphMetadata,
    TensorMetadata,
    recorded_files,
)
from edgeflow.model.metadata_extras import Extras
from edgeflow.model.types import Model, Tensor, port_names

_CHANNELS = {"rgb": 3, "gray": 1}


def remarks(model: Model, metadata: ModelMetadata, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """One line for each thing that does not go together with the model or with itself."""
    found = []
    for subgraph, described in zip(model.subgraphs, metadata.subgraphs, strict=False):
        for role, tensors, indices in (
            ("input", described.inputs, subgraph.inputs),
            ("output", described.outputs, subgraph.outputs),
        ):
            for number, (tensor, index) in enumerate(zip(tensors, indices, strict=False)):
                where = f"{role} {tensor.name or number}"
                found += [f"{where}: {text}" for text in _tensor(tensor, subgraph.tensors[index], files)]
        found += _groups(described)
    unnamed = sorted(set(files) - set(recorded_files(metadata)))
    found += [f"the file {name} travels with the model, but no entry names it" for name in unnamed]
    return tuple(found)


def extras_remarks(model: Model, metadata: ModelMetadata, number: int, extras: Extras) -> tuple[str, ...]:
    """Entries of `[pre]` and `[post]` in subgraph `number` that mean no tensor of it."""
    subgraph, described = model.subgraphs[number], metadata.subgraphs[number]
    found = []
    for section, role, entries, tensors in (
        ("pre", "input", extras.pre, described.inputs),
        ("post", "output", extras.post, described.outputs),
    ):
        names = port_names(model, subgraph, "input" if role == "input" else "output")
        known = {name for port in names for name in port} | {tensor.name for tensor in tensors}
        known |= {str(place) for place in range(len(names))}
        found += [f"{section}.{key}: no {role} of that name or index" for key in entries if key not in known]
    return tuple(found)


def _tensor(described: TensorMetadata, tensor: Tensor, files: Mapping[str, bytes]) -> list[str]:
    shape = tensor.shape_signature
    shown = "×".join("?" if size < 0 else str(size) for size in shape) or "scalar"
    channels = shape[-1] if shape else 1
    found = []
    properties = described.content.properties if described.content else None
    if isinstance(properties, Image):
        if len(shape) not in (3, 4):
            found.append(f"an image, but its shape is {shown}")
        elif _CHANNELS.get(properties.colour, channels) != channels and channels > 0:
            found.append(f"colour {properties.colour}, but its shape is {shown}")
    for unit in described.units:
        if isinstance(unit.options, Normalization):
            found += _normalization(unit.options, channels, shown)
    labels = [file for file in described.files if file.type == "axis-labels" and file.name in files]
    found += [text for file in labels if (text := _labels(file, files[file.name], channels, shown))]
    return found


def _normalization(options: Normalization, channels: int, shown: str) -> list[str]:
    found = []
    for name, values in (("mean", options.mean), ("std", options.std)):
        if len(values) not in (1, channels):
            found.append(f"{name} has {len(values)} numbers, the shape is {shown}")
    if 0 in options.std:
        found.append("std is 0: nothing can be divided by it")
    return found


def _labels(file: AssociatedFile, content: bytes, classes: int, shown: str) -> str | None:
    try:
        lines = content.decode("utf-8-sig").rstrip("\n\r").splitlines()
    except UnicodeDecodeError as error:
        return f"{file.name} is not UTF-8 text (byte {error.start})"
    if classes > 1 and len(lines) != classes:
        return f"{file.name} has {len(lines)} labels, the shape is {shown}"
    return None


def _groups(described: SubGraphMetadata) -> list[str]:
    found = []
    for role, groups, tensors in (
        ("input", described.input_groups, described.inputs),
        ("output", described.output_groups, described.outputs),
    ):
        known = {tensor.name for tensor in tensors}
        for group in groups:
            strange = [name for name in group.tensors if name not in known]
            if strange:
                found.append(f"{role} group {group.name}: no {role} is named {', '.join(strange)}")
    return found
