"""Context → files: every template of a language's trees, rendered in memory before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edgeflow.generate import cpp, jvm
from edgeflow.generate.context import Context, Entry, Port
from edgeflow.generate.escape import FILTERS
from edgeflow.generate.groups import Group
from edgeflow.generate.languages import Language
from edgeflow.generate.micro.description import input_line, output_line
from edgeflow.resources import templates_dir

if TYPE_CHECKING:
    from edgeflow.generate.ahead.build import Ahead

_BYTES_A_ROW = 16
_C_BYTES = [f"0x{value:02x}," for value in range(256)]


def render(
    language: Language, context: Context, content: bytes, more: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, bytes]:
    """Return {path with forward slashes: bytes} of one generated tree; `content` is the model's bytes.

    A template's path below its tree is the file's path, with `__symbol__` standing for the chosen name. Templates see
    the context as `m`, and what `more` has.
    """
    root = language.folder.parent
    environment = _environment(root)
    values: dict[str, Any] = {"m": context, "byte_rows": byte_rows(content) if context.form == "array" else "", **more}
    files: dict[str, bytes] = {}
    for tree in language.trees(context.form):
        files |= _render_tree(environment, root, tree.relative_to(root).as_posix(), values)
    return {**files, **language.copied(context, content)}


def render_ahead(trees: Sequence[str], context: Context, ahead: Ahead) -> dict[str, bytes]:
    """The files of trees below templates/aot for a model built ahead of time."""
    root = templates_dir()
    environment, values = _environment(root), {"m": context, "a": ahead}
    files: dict[str, bytes] = {}
    for tree in trees:
        files |= _render_tree(environment, root, f"aot/{tree}", values)
    return files


def render_tree(tree: str, values: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of one tree below templates/, without those that come out blank."""
    root = templates_dir()
    files = _render_tree(_environment(root), root, tree, values)
    return {path: content for path, content in files.items() if content.strip()}


def _render_tree(environment: Environment, root: Path, tree: str, values: Mapping[str, Any]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for template in sorted((root / tree).rglob("*.j2")):
        path = template.relative_to(root / tree).as_posix().removesuffix(".j2")
        text = environment.get_template(template.relative_to(root).as_posix()).render(values)
        if "m" in values:
            path = path.replace("__symbol__", values["m"].symbol)
            path = path.replace("__class__", values["m"].class_name)
            path = path.replace("__package__", values["m"].package.replace(".", "/"))
        files[path] = text.encode("utf-8")
    return files


def byte_rows(content: bytes) -> str:
    """The bytes as rows of C initializers."""
    rows = (content[start : start + _BYTES_A_ROW] for start in range(0, len(content), _BYTES_A_ROW))
    return "\n".join("    " + " ".join(map(_C_BYTES.__getitem__, row)) for row in rows)


def quantization_text(port: Port) -> str:
    """`, scale 0.5, zero point -3`, or nothing for a plain tensor."""
    if not port.scale:
        return ""
    if len(port.scale) > 1:
        return f", {len(port.scale)} scales along dimension {port.axis}"
    return f", scale {port.scale[0]!r}, zero point {port.zero_point[0]}"


def input_text(port: Port) -> str:
    """What an application gives for an input, in one line."""
    shape = _shape_text(port)
    if port.pre.kind == "image":
        then = ", normalized by mean and std" if port.pre.normalized else ""
        fit = {"stretch": "", "crop": "cropped and ", "letterbox": "letterboxed and "}[port.pre.fit]
        how = f"{fit}resized ({port.pre.resize})"
        return f"an image of any size, uint8 or real pixels, RGB or gray, {how} to {shape}{then}"
    if port.pre.kind == "audio":
        form = "[samples]" if port.pre.channels == 1 else f"[samples, {port.pre.channels}]"
        most = f"at most {port.pre.length} at {port.pre.sample_rate} Hz"
        return f"sound {form}, int16 or real samples from -1 to 1, {most}, silence after its end"
    if port.pre.kind == "text":
        return f"text, its words as ids {_shape_text(port)}"
    if port.pre.normalized:
        return f"real numbers {shape}, normalized by mean and std"
    return f"{port.numpy} {shape}, or real numbers to quantize" if port.scale else f"{port.numpy} {shape}"


def result_text(port: Port) -> str:
    """What an application gets for an output, in one line."""
    activation = "" if port.post.activation == "none" else f" after {port.post.activation}"
    if port.post.kind == "classes":
        count = str(port.post.top_k) if port.post.top_k else "all"
        least = "" if port.post.threshold is None else f" of at least {port.post.threshold}"
        return f"classes with scores{activation}, {count} best first{least} in top, all scores in values"
    if port.post.kind == "named":
        return "labels, one for each number"
    if port.post.kind == "boxes":
        return f"float32 {_shape_text(port)}: left, top, right, bottom in parts of the photo"
    if port.post.kind == "values":
        return f"float32 {_shape_text(port)}{', dequantized' if port.scale else ''}{activation}"
    return f"{port.numpy} {_shape_text(port)}"


def constant_name(port: Port, entry: Entry) -> str:
    """The module-level name of a tensor's description, which no identifier of a model can equal."""
    role = "IN" if port.role == "input" else "OUT"
    return f"_{entry.method}__{role}__{port.identifier}".upper()


def group_constant(group: Group, entry: Entry) -> str:
    """The module-level name of what belongs to a group."""
    return f"_{entry.method}__GROUP__{group.identifier}".upper()


def found_names(context: Context) -> tuple[str, ...]:
    """Names of answers that are detections, also when there are none."""
    return tuple(sorted({group.identifier for entry in context.entries for group in entry.groups}))


def _shape_text(port: Port) -> str:
    return "[" + ", ".join("any" if size == -1 else str(size) for size in port.shape) + "]"


def _environment(root: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(root),
        undefined=StrictUndefined,
        autoescape=False,  # every string goes through the filter of the language it lands in
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.filters.update(jvm.FILTERS)
    environment.filters.update(cpp.FILTERS)
    environment.filters["micro_input_text"] = input_line
    environment.filters["micro_output_text"] = output_line
    environment.filters["quantization"] = quantization_text
    environment.filters["input_text"] = input_text
    environment.filters["result_text"] = result_text
    environment.filters["constant"] = constant_name
    environment.filters["group_constant"] = group_constant
    environment.filters["found_names"] = found_names
    return environment
