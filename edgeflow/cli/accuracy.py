"""`edgeflow accuracy`: models side by side on test data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.convert_options import SOURCE, SOURCE_NAMES, options, reading
from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, progress_bar
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.model.compare import Difference
    from edgeflow.validate.accuracy import Accuracy
    from edgeflow.validate.layers import LayerReport

_MOST_LAYERS = 20


def _numbers(context: click.Context, parameter: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r}: give numbers with commas between, like 1,5") from None


@click.command()
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MODEL...")
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="FILE.npz or FILE.npy, first axis samples."
)
@click.option("--labels", help="Right classes: a key of the .npz, or a .npy, .npz or .csv file.")
@click.option("--source", type=click.Path(path_type=Path), help="What the models were made from; it is the reference.")
@click.option("--top-k", callback=_numbers, default="1,5", show_default=True, help="Count a class among the k largest.")
@click.option("--metric", metavar="MODULE:FUNCTION", help="Your own score of (outputs, labels) instead of top-k.")
@click.option("--output", metavar="NAME", help="The output to score, where there are several.")
@click.option(
    "--max-accuracy-drop",
    type=click.FloatRange(0),
    metavar="SHARE",
    help="Exit with 4 where a model's first score lies further below the reference's: 0.01 is one in a hundred.",
)
@click.option("--per-layer", is_flag=True, help="Rank the operators of quantized models by what they lose.")
@click.option("--signature", help="Which signature to run.")
@click.option("--max-samples", type=click.IntRange(1), help="Use at most so many samples, evenly spaced.")
@options(SOURCE)
@click.option("--custom-ops", type=click.Path(path_type=Path), metavar="LIB.so", help="Custom operators of the models.")
@click.option("--timeout", "timeout_s", default=600.0, show_default=True, help="Seconds each model may take.")
@json_option
def command(as_json: bool, models: tuple[Path, ...], data: Path, **given: Any) -> int:
    """Run each MODEL on the same data: how often it is right, and how far off the source or the first MODEL."""
    from edgeflow.pipeline.accuracy import accuracy

    of_source = {name: given.pop(name) for name in SOURCE_NAMES}
    if given["source"] is None and any(of_source.values()):
        raise click.UsageError("--from, --tags, --import and their like say how --source is read: name one")
    with progress_bar(as_json) as progress:
        found = accuracy(models, data, reading=reading(of_source), progress=progress, **given)
    if as_json:
        print_json(answer(found))
    else:
        _print(found)
    return 4 if found.beyond else 0


def answer(found: Accuracy) -> dict[str, Any]:
    """The `edgeflow.accuracy/1` answer."""
    return {
        "schema": "edgeflow.accuracy/1",
        "data": found.data,
        "samples": found.samples,
        "labelled": found.labelled,
        "reference": found.models[0].name,
        "models": [
            {
                "name": model.name,
                "path": model.path,
                "kind": model.kind,
                "bytes": model.bytes,
                "sha256": model.sha256,
                "scores": dict(model.scores),
                "drop": model.drop,
                "errors": [_error(error) for error in model.errors],
            }
            for model in found.models
        ],
        "max_drop": found.max_drop,
        "beyond": list(found.beyond),
        "layers": [_report(report) for report in found.layers],
    }


def _error(error: Difference) -> dict[str, Any]:
    return {
        "output": error.name,
        "elements": error.elements,
        "max_abs": error.max_abs,
        "mean_abs": error.mean_abs,
        "snr_db": error.snr_db,
        "cosine": error.cosine,
        "max_lsb": error.max_lsb,
        "same_class": error.top1,
        "non_finite": error.non_finite,
    }


def _report(report: LayerReport) -> dict[str, Any]:
    from dataclasses import asdict

    found = asdict(report)
    return {**found, "unmatched": list(report.unmatched), "keep_float": list(report.keep_float)}


def _print(found: Accuracy) -> None:
    names = list(dict.fromkeys(name for model in found.models for name in model.scores))
    click.echo(f"{found.samples} samples of {plain(found.data)}")
    columns = ["model", "size", *names, "drop"] if names else ["model", "size"]
    rows = [
        (
            plain(model.name, 40),
            bytes_text(model.bytes),
            *(f"{model.scores[name]:.4f}" for name in names),
            *(["–" if model.drop is None else f"{model.drop:+.4f}"] if names else []),
        )
        for model in found.models
    ]
    print_table(columns, rows, right=tuple(range(1, len(columns))))
    errors = [
        (
            plain(model.name, 40),
            plain(error.name, 40),
            f"{error.max_abs:.3g}",
            f"{error.mean_abs:.3g}",
            _db(error.snr_db, exact=error.equal),
            "–" if error.cosine is None else f"{error.cosine:.5f}",
        )
        for model in found.models
        for error in model.errors
    ]
    if errors:
        click.echo(f"against {plain(found.models[0].name, 40)}:")
        print_table(("model", "output", "max error", "mean error", "SNR dB", "cosine"), errors, right=(2, 3, 4, 5))
    for report in found.layers:
        _print_layers(report)
    for name in found.beyond:
        click.echo(f"{plain(name)}: drops more than {found.max_drop:g}", err=True)


def _print_layers(report: LayerReport) -> None:
    click.echo(
        f"operators of {plain(report.quantized_model, 40)} against {plain(report.float_model, 40)}, "
        f"{report.samples} samples, the one that loses most by itself first:"
    )
    rows = [
        (
            layer.quantized_index,
            layer.operator,
            _tail(plain(layer.name)),
            "alone –" if layer.own_max_abs is None else _db(layer.own_snr_db, exact=not layer.own_max_abs),
            _db(layer.snr_db, exact=not layer.max_abs),
            f"{layer.max_abs:.3g}",
        )
        for layer in report.layers[:_MOST_LAYERS]
    ]
    print_table(("no", "operator", "output", "own SNR dB", "SNR dB so far", "max error"), rows, right=(0, 3, 4, 5))
    if len(report.layers) > _MOST_LAYERS:
        click.echo(f"and {len(report.layers) - _MOST_LAYERS} more (--json has all)")
    if report.unmatched:
        click.echo(f"not matched: {', '.join(map(plain, report.unmatched))}")
    if report.keep_float:
        options = " ".join(f"--keep-float '{plain(name)}'" for name in report.keep_float)
        click.echo(f"lose a tenth of their signal or more; edgeflow convert {options} keeps them in float")


def _tail(name: str, limit: int = 34) -> str:
    """The end of a long tensor name, where the layer's own name stands."""
    return name if len(name) <= limit else "…" + name[1 - limit :]


def _db(value: float | None, *, exact: bool) -> str:
    return "exact" if exact else "–" if value is None else f"{value:.1f}"
