"""Where an operator of a graph comes from: the Keras layer it is in, and the line of the author's own code."""

from __future__ import annotations

import os
import re
import sysconfig
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import edgeflow

DEBUG_FILE = Path("debug", "saved_model_debug_info.pb")  # where tf.saved_model.save(save_debug_info=True) puts it
_OTHERS = ("site-packages", "dist-packages")


def lines(function: Any, folder: Path) -> dict[str, str]:
    """`file:line` by node name: of a function traced in this process, or as a SavedModel's debug info has it.

    Of all frames of a node the innermost one counts that is neither a library's, Python's nor edgeflow's.
    """
    found = dict(_recorded(folder / DEBUG_FILE))
    graphs = [function.graph, *(inner.graph for inner in getattr(function.graph, "_functions", {}).values())]
    for graph in graphs:
        for node in graph.get_operations():
            if where := _innermost((frame.filename, frame.lineno) for frame in node.traceback or ()):
                found[node.name] = where
    return found


def keras_layers(model: Any) -> tuple[str, ...]:
    """Names of a Keras model's layers, those of layers within layers too."""
    names: dict[str, None] = {}
    waiting = list(getattr(model, "layers", ()))
    while waiting:
        layer = waiting.pop()
        names[str(layer.name)] = None
        waiting.extend(getattr(layer, "layers", ()))
    return tuple(names)


def keras_layer(node: str, names: Collection[str]) -> str | None:
    """The innermost layer in a node's name; scopes of a name used before end in a number of their own."""
    for part in reversed(node.split("/")[:-1]):
        for name in (part, re.sub(r"_\d+$", "", part)):
            if name in names:
                return name
    return None


def _recorded(file: Path) -> Iterator[tuple[str, str]]:
    from tensorflow.core.framework import graph_debug_info_pb2

    if not file.is_file():
        return
    told = graph_debug_info_pb2.GraphDebugInfo()
    try:
        told.ParseFromString(file.read_bytes())
    except Exception:  # only a help: a damaged one helps nobody and harms nothing
        return
    for key, trace in told.name_to_trace_id.items():
        frames = [told.frames_by_id[number] for number in told.traces_by_id[trace].frame_id]
        known = [frame for frame in frames if 0 <= frame.file_index < len(told.files)]
        if where := _innermost((told.files[frame.file_index], frame.line) for frame in known):
            yield key.partition("@")[0], where


def _innermost(frames: Iterable[tuple[str, int]]) -> str | None:
    """`file:line` of the last of `frames`, outermost first, that is the author's own."""
    own = [(name, line) for name, line in frames if line > 0 and _is_own(name)]
    if not own:
        return None
    name, line = own[-1]
    near = os.path.relpath(name) if Path(name).is_relative_to(Path.cwd()) else name
    return f"{near}:{line}"


def _is_own(file: str) -> bool:
    path = Path(file)
    places = (sysconfig.get_path("stdlib"), Path(edgeflow.__file__).parent)
    return (
        not file.startswith("<")
        and not any(part in path.parts for part in _OTHERS)
        and not any(path.is_relative_to(place) for place in places)
    )
