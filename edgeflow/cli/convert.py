"""`edgeflow convert`: parse, convert by each recipe, print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from edgeflow.cli.convert_options import CONVERTER, QUANTIZING, READING, choices, options
from edgeflow.cli.generate import PROJECT_FILE
from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, progress_bar
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.convert.types import Conversion, OutputError, TensorInfo
    from edgeflow.progress import Progress

RECIPE_NAMES = (
    *("none", "dynamic", "float16", "int8", "int8-float-fallback", "int8-per-tensor", "int16x8"),
    *("int4-weights", "int4-blockwise"),
)  # a test holds these equal to convert.recipes.RECIPES


@click.command("convert")
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option(
    "--replay", type=click.Path(path_type=Path), metavar="RECORD", help="Make the model of this record again."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File, or folder for NAME_RECIPE.tflite.")
@click.option(
    "-q",
    "--quantize",
    "recipes",
    multiple=True,
    metavar="RECIPE",
    help=f"{', '.join(RECIPE_NAMES)}, or your own FILE.toml; repeat it for several files. Without it int8 where there "
    "is representative data, else none.",
)
@click.option(
    "-r",
    "--representative-data",
    metavar="DATA",
    help="Real inputs: .npz (keys are input names), .npy, .csv, a folder of images or WAV files, or MODULE:FUNCTION.",
)
@click.option("--max-samples", default=500, show_default=True, help="Use at most so many samples.")
@options(READING, QUANTIZING, CONVERTER)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Its [convert] and [metadata] hold where no option says otherwise; ./edgeflow.toml when it exists.",
)
@click.option("--metadata", type=click.Path(path_type=Path), help="Describe the model by this file (docs/metadata.md).")
@click.option("--associate", multiple=True, type=click.Path(path_type=Path), help="A file the metadata names.")
@click.option("--verify", metavar="DATA", help="Weigh the results on this test data: .npz or .npy, as in accuracy.")
@click.option("--labels", metavar="L", help="Right classes for --verify: a key of its .npz, or a .npy or .csv file.")
@click.option("--device", "-d", metavar="D", help="Measure each result there too; local: is this machine.")
@click.option("--max-accuracy-drop", type=click.FloatRange(0), metavar="SHARE", help="Beyond it, exit with 4.")
@click.option("--timeout", "timeout_s", default=600.0, show_default=True, help="Seconds each step may take.")
@json_option
def command(
    source: Path | None,
    replay: Path | None,
    recipes: tuple[str, ...],
    representative_data: str | None,
    verify: str | None,
    labels: str | None,
    device: str | None,
    max_accuracy_drop: float | None,
    project: Path | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Make a checked .tflite from SOURCE: .keras, .h5, a SavedModel folder, a frozen graph (.pb) or a .tflite.

    TensorFlow runs in a process of its own; the result is opened with LiteRT and compared with the source. What was
    done stands in a record beside the model.
    """
    from edgeflow.convert.record import to_json
    from edgeflow.pipeline.convert import convert_all

    if project is None and replay is None and Path(PROJECT_FILE).is_file():
        project = Path(PROJECT_FILE)
        click.echo(f"using {PROJECT_FILE} of this directory", err=True)
    if verify is None and (labels or device or max_accuracy_drop is not None):
        raise click.UsageError("--labels, --device and --max-accuracy-drop go with --verify DATA")
    with progress_bar(as_json) as progress:
        if replay is not None:
            finished: Sequence[Conversion] = (_again(replay, source, given, progress),)
        elif source is None:
            raise click.UsageError("Missing argument 'SOURCE'.")
        else:
            more = choices(given, _named(given)) | (
                {"representative_data": representative_data} if representative_data else {}
            )
            finished = convert_all(
                source, recipes or _recipes(project, more), project=project, progress=progress, **more
            )
        weighed = None
        if verify is not None:
            from edgeflow.pipeline.tradeoff import tradeoff

            weighed = tradeoff(
                finished,
                verify,
                labels=labels,
                device=device,
                max_accuracy_drop=max_accuracy_drop,
                timeout_s=given["timeout_s"],
                progress=progress,
            )
    answers = [to_json(conversion) for conversion in finished] if as_json else []
    if as_json and weighed is None:
        print_json(answers[0] if len(answers) == 1 else answers)
    elif not as_json:
        _print(finished)
    if weighed is not None:
        from edgeflow.cli import tradeoff as table

        print_json(table.answer(weighed, answers)) if as_json else table.show(weighed)
    return 4 if weighed is not None and weighed.accuracy.beyond else 0


def _named(given: Mapping[str, Any]) -> set[str]:
    """The options that stood on the command line."""
    context = click.get_current_context()
    return {name for name in given if context.get_parameter_source(name) is not ParameterSource.DEFAULT}


def _recipes(project: Path | None, more: Mapping[str, Any]) -> Sequence[str]:
    """The project's recipes; else int8 where there is representative data, and none where there is not."""
    from edgeflow.pipeline.project_conversion import project_choices

    found = {**(project_choices(project) if project is not None else {}), **more}
    return found.get("quantize") or (("int8",) if found.get("representative_data") else ("none",))


def _again(record: Path, source: Path | None, given: Mapping[str, Any], progress: Progress) -> Conversion:
    from edgeflow.pipeline.replay_conversion import replay_conversion

    if source is not None:
        raise click.UsageError("--replay takes the source from the record: leave SOURCE out")
    done = replay_conversion(record, output=given["output"], timeout_s=given["timeout_s"], progress=progress)
    if done.identical:
        click.echo("the same bytes as recorded", err=True)
    return done.conversion


def _print(finished: Sequence[Conversion]) -> None:
    first = finished[0]
    weights = f", weights {bytes_text(first.weight_bytes)}" if first.weight_bytes else ""
    click.echo(f"{plain(first.source.origin)}{weights}")
    for info in first.signatures:
        name = f"{plain(info.key)}: " if len(first.signatures) > 1 else ""
        click.echo(f"{name}{_shapes(info.inputs)} → {_shapes(info.outputs)}")
    rows = [
        (
            conversion.quantize,
            bytes_text(conversion.size),
            _against_float(conversion, finished),
            _dtypes(conversion, "inputs"),
            _dtypes(conversion, "outputs"),
        )
        for conversion in finished
    ]
    print_table(("recipe", "size", "of float", "inputs", "outputs"), rows, right=(1, 2))
    _print_errors(finished)
    for conversion in finished:
        for warning in conversion.warnings:
            click.echo(f"warning: {conversion.quantize}: {plain(warning)}", err=True)
    for conversion in finished:
        click.echo(f"{plain(str(conversion.path))}  (record: {plain(conversion.record.name)})")


def _print_errors(finished: Sequence[Conversion]) -> None:
    rows = [
        (
            conversion.quantize,
            plain(f"{error.signature}." * (len(conversion.signatures) > 1) + error.difference.name),
            f"{error.difference.max_abs:.3g}",
            f"{error.difference.mean_abs:.3g}",
            "–" if error.difference.cosine is None else f"{error.difference.cosine:.5f}",
            _agreement(error),
        )
        for conversion in finished
        for error in conversion.errors
    ]
    if not rows:
        return
    count, inputs = finished[0].checked_samples, finished[0].checked_on
    click.echo(f"against the source on {count} {'random' if inputs.startswith('random') else inputs} samples:")
    print_table(("recipe", "output", "max error", "mean error", "cosine", "same class"), rows, right=(2, 3, 4, 5))


def _agreement(error: OutputError) -> str:
    top1 = error.difference.top1
    return f"{top1:.1%}" if error.distribution and top1 is not None else "–"


def _against_float(conversion: Conversion, finished: Sequence[Conversion]) -> str:
    """The share of the float32 `.tflite` made in the same go, else of the source's weights."""
    plain = next((other.size for other in finished if other.quantize == "none"), conversion.weight_bytes)
    return f"{conversion.size / plain:.0%}" if plain else "–"


def _shapes(ends: Sequence[TensorInfo]) -> str:
    return ", ".join(f"{plain(end.name)} [{','.join('?' if n < 0 else str(n) for n in end.shape)}]" for end in ends)


def _dtypes(conversion: Conversion, side: str) -> str:
    ends: list[TensorInfo] = [end for info in conversion.signatures for end in getattr(info, side)]
    return ", ".join(dict.fromkeys(end.dtype for end in ends)) or "–"
