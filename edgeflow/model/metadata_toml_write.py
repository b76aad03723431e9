"""Writes metadata as the file a user could have written: reading it again gives the same metadata.

The short form is taken where it says the same; what it cannot say goes into the general one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from edgeflow.errors import ModelError
from edgeflow.model import metadata as m
from edgeflow.model.metadata_extras import NAME, extras_entry, read_extras

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# what TOML forbids raw, and what a terminal may obey
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]")
_TABLES = ("file", "unit", "input", "output", "custom", "subgraph")
_GROUPS = ("input_unit", "output_unit", "input_group", "output_group")

Table = dict[str, Any]


def metadata_toml(metadata: m.ModelMetadata) -> str:
    """The text of a metadata file; associated files stand by their names alone."""
    top = _plain(metadata, "name", "description", "version", "author", "license")
    top |= _files("file", metadata.files)
    graphs = [_graph(graph) for graph in metadata.subgraphs]
    single = len(graphs) == 1 and graphs[0] and not {"name", "description", "file"} & set(graphs[0])
    if single:
        top |= graphs[0]
    elif graphs:
        top["subgraph"] = graphs
    return "schema = 1\n" + "\n".join(_lines(top, ())).rstrip() + "\n"


def _plain(value: object, *names: str) -> Table:
    return {name: getattr(value, name) for name in names if getattr(value, name)}


def _graph(graph: m.SubGraphMetadata) -> Table:
    made = _plain(graph, "name", "description") | _files("file", graph.files)
    for key, units in (("input_unit", graph.input_units), ("output_unit", graph.output_units)):
        made |= {key: [_unit(unit) for unit in units]} if units else {}
    for key, tensors in (("input", graph.inputs), ("output", graph.outputs)):
        made |= {key: [_tensor(tensor) for tensor in tensors]} if tensors else {}
    for key, groups in (("input_group", graph.input_groups), ("output_group", graph.output_groups)):
        made |= {key: [_plain(group, "name", "tensors") for group in groups]} if groups else {}
    custom, extras = graph.custom, None
    if custom and custom[-1].name == NAME:
        try:
            extras = read_extras(graph)
        except ModelError:
            extras = None  # somebody else's bytes under our name: kept as they are
        if extras and (extras_entry(extras) != custom[-1] or _has_null(extras.pre) or _has_null(extras.post)):
            extras = None
        if extras and not (extras.pre or extras.post):
            extras = None
    entries = custom[:-1] if extras else custom
    if entries:
        made["custom"] = [
            {"name": entry.name, "base64": base64.b64encode(entry.data).decode()}
            if entry.data
            else {"name": entry.name}
            for entry in entries
        ]
    if extras:
        made |= {key: table for key, table in (("pre", extras.pre), ("post", extras.post)) if table}
    return made


def _has_null(value: object) -> bool:
    """JSON's null has no word in TOML."""
    match value:
        case None:
            return True
        case list():
            return any(map(_has_null, value))
        case dict():
            return any(map(_has_null, value.values()))
        case _:
            return False


def _tensor(tensor: m.TensorMetadata) -> Table:
    made = _plain(tensor, "name", "description", "dimensions")
    if tensor.content is not None:
        made |= _content(tensor.content)
    made |= _short(tensor) or _general(tensor)
    if tensor.stats is not None:
        made |= {"min": _numbers(tensor.stats.min), "max": _numbers(tensor.stats.max)}
    return made


def _content(content: m.Content) -> Table:
    made: Table = {}
    match content.properties:
        case m.Feature():
            made = {"kind": "feature"}
        case m.Image(colour, size):
            made = {"kind": "image", "colour": colour} | ({"size": [size.width, size.height]} if size else {})
        case m.BoundingBox(index, kind, coordinates):
            made = {"kind": "boxes", "order": index, "box": kind, "coordinates": coordinates}
        case m.Audio(rate, channels):
            made = {"kind": "audio", "sample_rate": rate, "channels": channels}
    if content.range is not None:
        made["range"] = [content.range.min, content.range.max]
    return made or {"kind": "none"}


def _short(tensor: m.TensorMetadata) -> Table | None:
    """Units and files in the short form; None where a kind comes twice or the order cannot be told."""
    made: Table = {}
    files = list(tensor.files)
    for unit in tensor.units:
        match unit.options:
            case m.Normalization(mean, std):
                entry: Table = {"mean": _numbers(mean), "std": _numbers(std)}
            case m.ScoreThreshold(threshold):
                entry = {"threshold": m.shortest(threshold)}
            case m.ScoreCalibration(transform, default):
                entry = {"calibration": {"transform": transform, "default": m.shortest(default)}}
                if files and files[0].type == "score-calibration":
                    entry["calibration"]["file"] = _file(files.pop(0), typed=False)
            case None:
                return None
            case _:
                tokenizer = _unit(unit)
                entry = {"tokenizer": tokenizer}
        if set(entry) & set(made):
            return None
        made |= entry
    for key, kind in (("labels", "axis-labels"), ("value_labels", "value-labels")):
        found = [file for file in files if file.type == kind]
        if found and files[: len(found)] == found:
            short = [_file(file, typed=False) for file in found]
            made[key] = short[0] if len(short) == 1 else short
            files = files[len(found) :]
    return made | _files("file", files)


def _general(tensor: m.TensorMetadata) -> Table:
    made: Table = {"unit": [_unit(unit) for unit in tensor.units]} if tensor.units else {}
    return made | _files("file", tensor.files)


def _unit(unit: m.ProcessUnit) -> Table:
    match unit.options:
        case m.Normalization(mean, std):
            return {"kind": "normalization", "mean": _numbers(mean), "std": _numbers(std)}
        case m.ScoreThreshold(threshold):
            return {"kind": "threshold", "threshold": m.shortest(threshold)}
        case m.ScoreCalibration(transform, default):
            return {"kind": "calibration", "transform": transform, "default": m.shortest(default)}
        case m.BertTokenizer(vocabulary):
            return {"kind": "bert"} | _vocabulary("vocabulary", vocabulary, "vocabulary")
        case m.SentencePieceTokenizer(model, vocabulary):
            return (
                {"kind": "sentencepiece"}
                | _vocabulary("model", model, "unknown")
                | _vocabulary("vocabulary", vocabulary, "vocabulary")
            )
        case m.RegexTokenizer(pattern, vocabulary):
            return {"kind": "regex", "pattern": pattern} | _vocabulary("vocabulary", vocabulary, "vocabulary")
        case None:
            return {"kind": "none"}


def _vocabulary(key: str, files: Sequence[m.AssociatedFile], kind: str) -> Table:
    found = [_file(file, typed=file.type != kind) for file in files]
    return {key: found[0] if len(found) == 1 else found} if found else {}


def _files(key: str, files: Sequence[m.AssociatedFile]) -> Table:
    return {key: [_table(file) for file in files]} if files else {}


def _table(file: m.AssociatedFile) -> Table:
    return {"file": file.name, "type": file.type} | _plain(file, "description", "locale", "version")


def _file(file: m.AssociatedFile, *, typed: bool) -> Any:
    """A file where its key says its type: by name alone where nothing else is said."""
    rest = _plain(file, "description", "locale", "version")
    if typed:
        rest["type"] = file.type
    return {"file": file.name, **rest} if rest else file.name


def _numbers(values: Sequence[float]) -> list[float]:
    return [m.shortest(value) for value in values]


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Plain keys first, then the tables within."""
    inner = {key: value for key, value in table.items() if _is_tables(key, value, path)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in inner]
    for key, value in inner.items():
        name = ".".join(map(_key, (*path, key)))
        if isinstance(value, dict):
            for entry, content in value.items():
                lines += ["", f"[{name}.{_key(entry)}]", *_lines(content, (*path, key, "*"))]
            continue
        for content in value:
            lines += ["", f"[[{name}]]", *_lines(content, (*path, key))]
    return lines


def _is_tables(key: str, value: object, path: tuple[str, ...]) -> bool:
    if "*" in path:
        return False  # within [pre.NAME]: everything on one line
    if key in ("pre", "post"):
        return isinstance(value, dict)
    return key in (*_TABLES, *_GROUPS) and isinstance(value, list)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return repr(value)
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{_key(str(key))} = {_value(entry)}" for key, entry in value.items()) + " }"
        case _:
            raise AssertionError(f"no word in TOML for {value!r}")
