"""What `inspect` and `check` print for a source that is not converted yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, print_json, print_table, progress_bar
from edgeflow.cli.plain import count_text, plain

if TYPE_CHECKING:
    from edgeflow.convert.surveyed import SourceOperator, SurveyedSignature
    from edgeflow.convert.types import Reading
    from edgeflow.fit.forecast import Forecast
    from edgeflow.pipeline.inspect_source import SourceInspection


def is_source(path: Path, kind: str | None = None) -> bool:
    """Whether this is something `convert` takes rather than a `.tflite`; `kind` is what it is to be taken for."""
    if kind is not None:
        return kind != "tflite"
    if path.is_dir():
        return any((path / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt"))
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:
        return False
    return head[4:8] != b"TFL3" and path.suffix.lower() in (".keras", ".h5", ".hdf5", ".pb")


def show(
    source: Path,
    targets: Sequence[str],
    as_json: bool,
    *,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
    reading: Reading | None = None,
) -> int:
    """Look at a source and print it; gives the exit code: 3 where no form of it would fit some target."""
    from edgeflow.pipeline.inspect_source import inspect_source

    with progress_bar(as_json) as progress:
        found = inspect_source(
            source,
            targets,
            ram_bytes=ram_bytes,
            flash_bytes=flash_bytes,
            reading=reading,
            progress=progress,
        )
    if as_json:
        print_json(answer(found))
    else:
        _print(found)
    hopeless = {
        (f.target, f.board)
        for f in found.forecasts
        if all(o.likely is False for o in found.forecasts if (o.target, o.board) == (f.target, f.board))
    }
    return 3 if hopeless else 0


def answer(found: SourceInspection) -> dict[str, Any]:
    """The `edgeflow.forecast/1` answer."""
    from edgeflow.convert.tensorflow_operators import table

    survey = found.survey
    version, measured, _ = table()
    return {
        "schema": "edgeflow.forecast/1",
        "source": {
            "path": survey.source.origin,
            "name": survey.source.name,
            "kind": survey.source.kind,
            "sha256": survey.source.sha256,
            "bytes": survey.source.bytes,
        },
        "parameters": survey.parameters,
        "evidence": {"tensorflow": version, "measured": measured},
        "signatures": [
            {
                "key": signature.key,
                "macs": signature.macs,
                "macs_unknown": list(signature.macs_unknown),
                "largest_layer": signature.largest_layer,
                "float": asdict(signature.as_float),
                "int8": asdict(signature.as_int8),
                "operators": [
                    {
                        "name": operator.name,
                        "dtype": operator.dtype,
                        "count": operator.count,
                        "layers": list(operator.layers),
                        "keras_layers": list(operator.keras_layers),
                        "lines": list(operator.lines),
                        "becomes": operator.becoming.fate,
                        "operators": list(operator.becoming.operators),
                        "advice": operator.becoming.advice or None,
                    }
                    for operator in signature.operators
                ],
            }
            for signature in survey.signatures
        ],
        "forecasts": [{**asdict(item), "reasons": list(item.reasons)} for item in found.forecasts],
    }


def _print(found: SourceInspection) -> None:
    survey = found.survey
    click.echo(f"{plain(survey.source.origin)}: {survey.source.kind}, {count_text(survey.parameters)} parameters")
    for signature in survey.signatures:
        _print_signature(signature, len(survey.signatures) > 1, made=survey.source.kind in ("tflite", "jax"))
    if found.forecasts:
        click.echo("would it run there (estimates; convert, then check, for the truth):")
        print_table(
            ("target", "as", "verdict", "RAM", "of", "flash", "of"),
            [_row(item) for item in found.forecasts],
            right=(3, 4, 5, 6),
        )
        said: dict[str, None] = {}
        for item in found.forecasts:
            for reason in item.reasons:
                said[f"{item.board or item.target}, {item.form}: {reason}"] = None
        for line in said:
            click.echo(f"  - {plain(line)}")


def _print_signature(signature: SurveyedSignature, several: bool, *, made: bool) -> None:
    if several:
        click.echo(f"signature {plain(signature.key)}")
    more = f" and those of {', '.join(map(plain, signature.macs_unknown))}" if signature.macs_unknown else ""
    click.echo(f"MACs         {count_text(signature.macs)}{more}")
    rows = [
        (
            form,
            bytes_text(estimate.weight_bytes),
            f"about {bytes_text(estimate.model_bytes)}",
            bytes_text(estimate.largest_bytes),
            f"about {bytes_text(estimate.peak_bytes)}" if estimate.peak_bytes is not None else "?",
        )
        for form, estimate in (("float", signature.as_float), ("int8", signature.as_int8))
    ]
    print_table(("as", "weights", "model", "largest tensor", "activations"), rows, right=(1, 2, 3, 4))
    if signature.largest_layer:
        click.echo(f"the largest tensor is that of {plain(signature.largest_layer)}\n")
    operators = [
        (
            plain(operator.name, 40),
            operator.dtype,
            operator.count,
            "+".join(operator.becoming.operators) or operator.becoming.fate,
        )
        for operator in signature.operators
    ]
    print_table(("operator" if made else "TensorFlow operator", "of", "count", "becomes"), operators, right=(2,))
    for operator in signature.operators:
        if operator.becoming.advice:
            text = f"{operator.becoming.fate}: {plain(operator.name)} in {_where(operator)}: {operator.becoming.advice}"
            click.echo(f"  {text}")


def _where(operator: SourceOperator) -> str:
    """The Keras layers, else the nodes, that hold an operator, and the lines of code that made it."""
    places = operator.keras_layers or operator.layers
    named = ", ".join(map(plain, places[:3])) + (", …" if max(len(places), operator.count) > 3 else "")
    kind = "layer " * bool(operator.keras_layers)
    return f"{kind}{named}" + (f" ({', '.join(map(plain, operator.lines[:3]))})" if operator.lines else "")


def _row(item: Forecast) -> tuple[str, ...]:
    verdict = {True: "likely fits", False: "does not", None: "unknown"}[item.likely]
    return (
        item.board or item.target,
        item.form,
        verdict,
        bytes_text(item.ram_needed_bytes),
        bytes_text(item.ram_bytes),
        bytes_text(item.flash_needed_bytes) if item.flash_needed_bytes is not None else "–",
        bytes_text(item.flash_bytes) if item.flash_bytes is not None else "–",
    )
