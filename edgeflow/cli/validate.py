"""`edgeflow validate`: does the device answer as this machine does?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import APIS, DELEGATES, aot_option, custom_ops_option, device_options, runtime_option
from edgeflow.cli.output import json_option, print_json, print_table, progress_bar, say
from edgeflow.cli.store_option import store_option

if TYPE_CHECKING:
    from edgeflow.model.compare import Difference
    from edgeflow.validate.types import Validation

_NAMES = {"source": "source", "reference": "LiteRT, reference", "default": "LiteRT, default"}


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@device_options
@click.option("--data", type=click.Path(path_type=Path), help="As accuracy takes it; seeded random samples without.")
@click.option("--labels", help="Right classes: a key of the .npz, or a .npy, .npz or .csv file.")
@click.option(
    "--source", type=click.Path(path_type=Path), help="A float .tflite, or what convert takes, to hold it against."
)
@click.option("--output", metavar="NAME", help="The output to score, where there are several.")
@click.option("--metric", metavar="MODULE:FUNCTION", help="Your own score of (outputs, labels) instead of top-k.")
@click.option(
    "--max-lsb", type=click.FloatRange(0), default=1.0, show_default=True, help="Steps a quantized output may be off."
)
@click.option(
    "--max-error",
    type=click.FloatRange(0),
    default=1e-3,
    show_default=True,
    help="Share of its range a float may be off.",
)
@click.option(
    "--max-accuracy-drop", type=click.FloatRange(0), metavar="SHARE", help="Below the source, or LiteRT here."
)
@click.option("--per-layer", is_flag=True, help="Compare operator by operator; says where the first difference is.")
@click.option("--signature", metavar="NAME", help="Which signature, where there are several.")
@click.option("--max-samples", type=click.IntRange(1), help="Use at most so many samples, evenly spaced.")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--api", type=click.Choice(APIS), default=None, help="LiteRT's API to use.")
@click.option("--delegate", type=click.Choice(DELEGATES), default=None, help="As in bench.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For random samples.")
@custom_ops_option
@runtime_option
@aot_option
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find the run by in the result store.")
@store_option
@json_option
def command(
    model: Path,
    device: str | None,
    target: str | None,
    max_lsb: float,
    max_error: float,
    api: str | None,
    delegate: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Run the same samples on the device and, by LiteRT, on this machine, and hold them against each other.

    The device has to be near one of LiteRT's own answers, by its reference or its default kernels; else exit 4.
    """
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.validate import validate
    from edgeflow.validate.types import Tolerance

    with progress_bar(as_json) as progress:
        found = validate(
            model,
            find_device(device, target=target),
            tolerance=Tolerance(max_lsb, max_error),
            api=api or "",
            delegate=delegate or "",
            progress=progress,
            **given,
        )
    if as_json:
        print_json(found.to_json())
    else:
        print_validation(found)
    return 0 if found.matches else 4


def print_validation(found: Validation) -> None:
    """Errors, accuracy and operators in tables; what does not match on stderr."""
    say(f"{found.model.name} on {found.device.name.rstrip(':')}: {found.samples} samples of {found.data}")
    print_table(
        ("AGAINST", "OUTPUT", "MAX ERROR", "MEAN", "LSB", "COSINE", "OK"),
        [
            (
                _NAMES[other.name],
                error.name,
                f"{error.max_abs:.3g}",
                f"{error.mean_abs:.3g}",
                "–" if error.max_lsb is None else f"{error.max_lsb:.3g}",
                _cosine(error),
                {True: "yes", False: "no", None: ""}[other.within],
            )
            for other in found.against
            for error in other.errors
        ],
        right=(2, 3, 4, 5),
    )
    if found.scores:
        names = list(found.scores)
        rows = [("the device", *(f"{found.scores[name]:.2%}" for name in names))]
        rows += [(_NAMES[other.name], *(f"{other.scores[name]:.2%}" for name in names)) for other in found.against]
        print_table(("ACCURACY", *names), rows, right=range(1, len(names) + 1))
    if found.divergence is not None:
        _print_divergence(found)
    if not found.matches:
        why = "accuracy" if any(other.within for other in found.against) else "outputs"
        say(f"edgeflow: the device does not match: {why} beyond the tolerance", err=True)
        say(f"  {_NEXT[found.divergence is None]}", err=True)


_NEXT = {
    True: "run it again with --per-layer to see where it begins, or allow more with --max-lsb or --max-error",
    False: "the operator above is the place to look; or allow more with --max-lsb or --max-error",
}


def _print_divergence(found: Validation) -> None:
    assert found.divergence is not None
    if found.divergence.unavailable:
        say(f"operator by operator: {found.divergence.unavailable}")
        return
    differing = [step for step in found.divergence.steps if not step.error.equal]
    first = found.divergence.first
    told = f"first beyond tolerance: operator {first.operator} ({first.name})" if first else "all within tolerance"
    shares = f"{len(differing)} of {len(found.divergence.steps)} differ"
    say(f"operator by operator, against LiteRT's reference: {shares}; {told}")
    if differing:
        print_table(
            ("OPERATOR", "", "MAX ERROR", "LSB"),
            [
                (
                    step.operator,
                    step.name,
                    f"{step.error.max_abs:.3g}",
                    "–" if step.error.max_lsb is None else f"{step.error.max_lsb:.3g}",
                )
                for step in differing[:20]
            ],
            right=(0, 2, 3),
        )


def _cosine(error: Difference) -> str:
    return "–" if error.cosine is None else f"{error.cosine:.6f}"
