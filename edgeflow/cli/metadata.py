"""`edgeflow metadata`: what a model says about its inputs, outputs and files."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, print_table
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.model.metadata import AssociatedFile, ProcessUnit, TensorMetadata
    from edgeflow.pipeline.metadata import Metadata


@click.group()
def command() -> None:
    """Describe a model inside its own file: names, normalization, labels, and the files that go with it."""


@command.command("write")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--metadata", "source", required=True, type=click.Path(path_type=Path), help="The metadata file (TOML).")
@click.option(
    "--associate",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file to put behind the model, such as labels.txt; repeat it. Files beside the metadata file are found.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; without it MODEL itself.")
@json_option
def write(model: Path, source: Path, associate: tuple[Path, ...], output: Path | None, as_json: bool) -> None:
    """Write metadata into MODEL, in the place of any it had; nothing else of it changes."""
    from edgeflow.pipeline.metadata import metadata_write

    _report(metadata_write(model, source, associate=associate, output=output), as_json)


@command.command("show")
@click.argument("model", type=click.Path(path_type=Path))
@json_option
def show(model: Path, as_json: bool) -> None:
    """Show what MODEL says about itself."""
    from edgeflow.pipeline.metadata import metadata_show

    _report(metadata_show(model), as_json)


@command.command("extract")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder for the files.")
@json_option
def extract(model: Path, output: Path, as_json: bool) -> None:
    """Write MODEL's metadata as a metadata file, and its associated files, into a folder."""
    from edgeflow.pipeline.metadata import metadata_extract

    written = metadata_extract(model, output)
    if as_json:
        print_json({"schema": "edgeflow.extraction/1", "files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(plain(str(path)))


def _report(found: Metadata, as_json: bool) -> None:
    if as_json:
        print_json(_answer(found))
        return
    _print(found)
    for remark in found.remarks:
        click.echo(f"warning: {plain(remark)}", err=True)


def _print(found: Metadata) -> None:
    metadata = found.metadata
    click.echo(f"{'model':<12} {plain(str(found.model.path))}, {bytes_text(found.model.size)}")
    if metadata is None:
        click.echo("no metadata")
        return
    for label in ("name", "description", "version", "author", "license"):
        if text := getattr(metadata, label):
            click.echo(f"{label:<12} {plain(text, 400)}")
    click.echo(f"{'needs':<12} schema {plain(metadata.min_parser_version, 20) or '1.0.0'} or newer")
    for number, subgraph in enumerate(metadata.subgraphs):
        if len(metadata.subgraphs) > 1 or subgraph.name or subgraph.description:
            click.echo(f"\nsubgraph {number} {plain(subgraph.name, 60)} {plain(subgraph.description, 200)}".rstrip())
        for role, tensors in (("input", subgraph.inputs), ("output", subgraph.outputs)):
            for place, tensor in enumerate(tensors):
                click.echo(f"\n{role} {place}: {plain(tensor.name, 80) or '(no name)'}")
                for line in _lines(tensor):
                    click.echo(f"  {plain(line, 400)}")
        for role, groups in (("input", subgraph.input_groups), ("output", subgraph.output_groups)):
            for group in groups:
                click.echo(f"\n{role} group {plain(group.name, 60)}: {plain(', '.join(group.tensors), 300)}")
        for role, units in (("inputs", subgraph.input_units), ("outputs", subgraph.output_units)):
            for unit in units:
                click.echo(f"\nall {role}: {plain(_unit(unit), 300)}")
        extras = found.extras[number]
        for section, entries in (("pre", extras.pre), ("post", extras.post)) if extras else ():
            for key, entry in entries.items():
                told = ", ".join(f"{name} {value}" for name, value in entry.items())
                click.echo(f"\n{section}.{plain(key, 60)}: {plain(told, 300)}")
        for custom in subgraph.custom:
            click.echo(f"\ncustom {plain(custom.name, 60)}: {bytes_text(len(custom.data))}")
    _print_files(found)


def _print_files(found: Metadata) -> None:
    rows = [(plain(name, 60), bytes_text(size)) for name, size in found.files]
    rows += [(plain(name, 60), "missing") for name in found.missing]
    if rows:
        click.echo("")
        print_table(("FILE", "SIZE"), rows, right=(1,))


def _lines(tensor: TensorMetadata) -> Iterator[str]:
    """What one tensor's entry says, a line each."""
    from edgeflow.model.metadata import Audio, BoundingBox, Feature, Image

    if tensor.description:
        yield tensor.description
    if tensor.dimensions:
        yield f"dimensions: {', '.join(tensor.dimensions)}"
    match tensor.content.properties if tensor.content else None:
        case Feature():
            yield "feature"
        case Image(colour, size):
            yield f"image, colour {colour}" + (f", made for {size.width}×{size.height}" if size else "")
        case BoundingBox(index, kind, coordinates):
            yield f"boxes of type {kind}, order {' '.join(map(str, index)) or 'as is'}, coordinates {coordinates}"
        case Audio(rate, channels):
            yield f"audio, {rate} Hz, {channels} channel{'s' if channels != 1 else ''}"
        case None:
            pass
    if tensor.content and tensor.content.range:
        yield f"about dimensions {tensor.content.range.min} to {tensor.content.range.max}"
    yield from map(_unit, tensor.units)
    if tensor.stats:
        yield f"values from {_numbers(tensor.stats.min)} to {_numbers(tensor.stats.max)}"
    yield from map(_file, tensor.files)


def _unit(unit: ProcessUnit) -> str:
    from edgeflow.model import metadata as m

    match unit.options:
        case m.Normalization(mean, std):
            return f"normalization: mean {_numbers(mean)}, std {_numbers(std)}"
        case m.ScoreCalibration(transform, default):
            return f"score calibration: {transform}, default {m.shortest(default)}"
        case m.ScoreThreshold(threshold):
            return f"score threshold: {m.shortest(threshold)}"
        case m.BertTokenizer(vocabulary):
            return f"BERT tokenizer: {_names(vocabulary)}"
        case m.SentencePieceTokenizer(model, vocabulary):
            return f"SentencePiece tokenizer: {_names((*model, *vocabulary))}"
        case m.RegexTokenizer(pattern, vocabulary):
            return f"regex tokenizer: {pattern!r}, {_names(vocabulary)}"
        case None:
            return "a step without a name"


def _names(files: tuple[AssociatedFile, ...]) -> str:
    return ", ".join(file.name for file in files) or "no file"


def _file(file: AssociatedFile) -> str:
    told = [file.type.replace("-", " "), file.locale, file.version, file.description]
    return f"{file.name}: {', '.join(text for text in told if text)}"


def _numbers(values: tuple[float, ...]) -> str:
    from edgeflow.model.metadata import shortest

    return " ".join(str(shortest(value)) for value in values) or "?"


def _answer(found: Metadata) -> dict[str, Any]:
    model = found.model
    return {
        "schema": "edgeflow.metadata/1",
        "model": {"name": model.name, "path": str(model.path), "sha256": model.sha256, "bytes": model.size},
        "metadata": None if found.metadata is None else _json(found.metadata),
        "extras": [None if e is None else {"pre": dict(e.pre), "post": dict(e.post)} for e in found.extras],
        "files": [{"name": name, "bytes": size} for name, size in found.files],
        "missing": list(found.missing),
        "remarks": list(found.remarks),
    }


_KINDS = {
    "Feature": "feature",
    "Image": "image",
    "BoundingBox": "boxes",
    "Audio": "audio",
    "Normalization": "normalization",
    "ScoreCalibration": "calibration",
    "ScoreThreshold": "threshold",
    "BertTokenizer": "bert",
    "SentencePieceTokenizer": "sentencepiece",
    "RegexTokenizer": "regex",
}


def _json(value: object) -> Any:
    """A table field by field; one that stands in a union says its `kind`. Bytes in base64, no number is NaN."""
    from edgeflow.model.metadata import shortest, wire

    match value:
        case tuple():
            return [_json(entry) for entry in value]
        case bytes():
            return base64.b64encode(value).decode()
        case float():
            return shortest(value) if math.isfinite(value) else None
        case str() | int() | None:
            return value
        case _:
            kind = _KINDS.get(type(value).__name__)
            made = {"kind": kind} if kind else {}
            return made | {name: _json(getattr(value, name)) for name, _ in wire(type(value))}
