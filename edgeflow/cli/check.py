"""`edgeflow check`: whether a model fits a target, with all reasons."""

from __future__ import annotations

import re
import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from edgeflow.cli.output import json_option, print_json
from edgeflow.cli.plain import plain
from edgeflow.fit.case import size_text
from edgeflow.fit.types import Fit
from edgeflow.model.types import Model

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*(?:([kmg])(?:i?b)?|b)?", re.IGNORECASE)
_FACTOR = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def size(text: str) -> int:
    """A size in bytes: `65536`, `64K`, `64KiB`, `1.5M`; K is 1024."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size: write 65536, 64K or 1.5M")
    return int(float(match[1]) * _FACTOR[(match[2] or "").lower()])


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--target", "targets", multiple=True, required=True, metavar="NAME", help="A target or board; repeatable."
)
@click.option(
    "--ram", "ram_bytes", type=size, metavar="SIZE", help="RAM there is for arena and runtime, instead of the board's."
)
@click.option(
    "--flash",
    "flash_bytes",
    type=size,
    metavar="SIZE",
    help="Flash there is for model and runtime, instead of the board's.",
)
@json_option
def command(
    model: Path, targets: tuple[str, ...], ram_bytes: int | None, flash_bytes: int | None, as_json: bool
) -> int:
    """Say whether MODEL fits each target or board, with all reasons.

    Exits with 3 when it does not fit one of them.
    """
    from edgeflow.model.read import load_model
    from edgeflow.pipeline.check import check

    read = load_model(model)
    fits = [check(read, target, ram_bytes=ram_bytes, flash_bytes=flash_bytes) for target in dict.fromkeys(targets)]
    if as_json:
        answers = [answer(fit) for fit in fits]
        print_json(answers[0] if len(answers) == 1 else answers)
    else:
        for number, fit in enumerate(fits):
            if number:
                click.echo()
            _print(read, fit)
    return 3 if any(fit.fits is False for fit in fits) else 0


def answer(fit: Fit) -> dict[str, Any]:
    answer = {"schema": "edgeflow.fit/1", **asdict(fit)}
    if fit.arena:
        answer["arena"] = {
            "planned_bytes": fit.arena.planned_bytes,
            "persistent_bytes": fit.arena.persistent_bytes,
            "total_bytes": fit.arena.total_bytes,
            "exact": fit.arena.exact,
        }
    return answer


def _print(model: Model, fit: Fit) -> None:
    verdict = {True: "fits", False: "does not fit", None: "cannot be said yet"}[fit.fits]
    where = f"{fit.board} ({fit.target})" if fit.board else fit.target
    click.echo(f"{plain(fit.model, 40)} on {where}: {verdict}")
    if fit.flash_needed_bytes is not None:
        _print_share("flash", fit.flash_needed_bytes, fit.flash_bytes, _flash_parts(model, fit))
    if fit.ram_needed_bytes is not None:
        _print_share("RAM", fit.ram_needed_bytes, fit.ram_bytes, _ram_parts(model, fit))
    for mark, texts in (("-", fit.reasons), ("!", fit.warnings)):
        for text in texts:
            _print_wrapped(f"  {mark} ", plain(text))


def _print_share(what: str, needed: int, there: int | None, parts: str) -> None:
    share = f" of {size_text(there)} ({100 * needed / there:.0f} %)" if there else ""
    _print_wrapped(f"  {what:<6}", f"{size_text(needed)}{share}: {parts}")


def _print_wrapped(start: str, text: str) -> None:
    width = max(40, shutil.get_terminal_size().columns - 1)
    click.echo(textwrap.fill(text, width, initial_indent=start, subsequent_indent=" " * len(start)))


def _flash_parts(model: Model, fit: Fit) -> str:
    runtime = (fit.flash_needed_bytes or 0) - model.size
    return f"model {size_text(model.size)}, runtime {size_text(runtime) if runtime else 'not measured'}"


def _ram_parts(model: Model, fit: Fit) -> str:
    if fit.arena is None:
        return "arena unknown"
    about = "" if fit.arena.exact else "about "
    parts = [f"arena {about}{size_text(fit.arena.planned_bytes)}"]
    if fit.arena.persistent_bytes:
        parts.append(f"persistent {size_text(fit.arena.persistent_bytes)}")
    rest = (fit.ram_needed_bytes or 0) - fit.arena.total_bytes
    if rest:
        parts.append(f"model {size_text(rest)}" if rest == model.size else f"runtime and stack {size_text(rest)}")
    return ", ".join(parts)
