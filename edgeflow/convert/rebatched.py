"""A SavedModel whose signatures take inputs of other sizes, made from its description alone: nothing is traced."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TAKEN_ALONG = ("variables", "assets", "debug")


def write_rebatched(
    path: Path, folder: Path, tags: Sequence[str], sizes: Mapping[str, Mapping[str, Sequence[int | None]]]
) -> bool:
    """Write the SavedModel at `path` to `folder` with the input shapes `sizes`, by signature and input name.

    Weights are not copied: `folder` links to those of `path`. Gives False, and writes nothing, for a SavedModel whose
    signatures feed something else than placeholders, and for one whose files cannot be linked here.
    """
    saved = describe(path)
    graph = next((g for g in saved.meta_graphs if set(g.meta_info_def.tags) == set(tags)), None)
    if graph is None:
        return False
    nodes = {node.name: node for node in graph.graph_def.node}
    for key, inputs in sizes.items():
        signature = graph.signature_def[key]
        if set(signature.inputs) != set(inputs):
            return False
        for name, shape in inputs.items():
            end = signature.inputs[name]
            node = nodes.get(end.name.partition(":")[0]) if end.WhichOneof("encoding") == "name" else None
            if node is None or node.op != "Placeholder" or end.tensor_shape.unknown_rank:
                return False
            for dim, size in zip(end.tensor_shape.dim, shape, strict=True):
                dim.size = -1 if size is None else size
            node.attr["shape"].shape.CopyFrom(end.tensor_shape)
    for node in nodes.values():
        node.attr.pop("_output_shapes", None)  # those of the sizes before
    return _write(saved, path, folder)


def describe(path: Path) -> Any:
    """The description of a SavedModel that TensorFlow has already loaded, binary or text."""
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    return parse_saved_model(str(path))


def _write(saved: Any, path: Path, folder: Path) -> bool:
    folder.mkdir()
    try:
        for name in _TAKEN_ALONG:
            if (path / name).is_dir():
                (folder / name).symlink_to(path.absolute() / name, target_is_directory=True)
        (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    except (OSError, ValueError):  # no links on this file system, or more than a message may hold
        shutil.rmtree(folder)
        return False
    return True
