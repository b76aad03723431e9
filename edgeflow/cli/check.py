"""`edgeflow check`: whether a model fits a target, with all reasons."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from edgeflow.cli.convert_options import SIGNATURE, SOURCE, options, reading, refuse_reading
from edgeflow.cli.output import json_option, print_json, print_table, report_failure
from edgeflow.cli.plain import plain
from edgeflow.cli.project_option import check_project, over_budget, project_option
from edgeflow.errors import UsageError
from edgeflow.fit.case import size_text
from edgeflow.fit.runtimes import RuntimeRow
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
@click.option("--target", "targets", multiple=True, metavar="NAME", help="A target or board; repeatable.")
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
@options(SIGNATURE, SOURCE)
@click.option("--runtimes", "with_runtimes", is_flag=True, help="Which runtimes can run it, each with its evidence.")
@project_option
@json_option
def command(
    model: Path,
    targets: tuple[str, ...],
    ram_bytes: int | None,
    flash_bytes: int | None,
    with_runtimes: bool,
    project: Path | None,
    as_json: bool,
    **of_source: Any,
) -> int:
    """Say whether MODEL fits each target or board, with all reasons.

    Exits with 3 when it does not fit one of them. A source that is not converted yet is judged by estimates.
    """
    from edgeflow.cli.inspect_source import is_source, show

    if not targets and not with_runtimes:
        raise UsageError("nothing to check against", "name one with --target, or ask for --runtimes")
    check_project(project)
    if is_source(model, of_source["kind"]):
        how = reading(of_source)
        return show(model, targets, as_json, ram_bytes=ram_bytes, flash_bytes=flash_bytes, reading=how)
    refuse_reading(of_source)
    from edgeflow.model.read import load_model
    from edgeflow.pipeline.check import check
    from edgeflow.pipeline.runtimes import runtimes

    read = load_model(model)
    fits = [check(read, target, ram_bytes=ram_bytes, flash_bytes=flash_bytes) for target in dict.fromkeys(targets)]
    rows = runtimes(read) if with_runtimes else ()
    answers = [answer(fit) for fit in fits]
    answers += [_runtimes_answer(read, rows)] if with_runtimes else []
    over = over_budget(project, fits)
    if as_json and over is None:
        print_json(answers[0] if len(answers) == 1 else answers)
    elif not as_json:
        for number, fit in enumerate(fits):
            if number:
                click.echo()
            _print(read, fit)
        if with_runtimes:
            _print_runtimes(rows)
    if over is not None:
        return report_failure(over, as_json=as_json, before=answers)
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


def _runtimes_answer(model: Model, rows: Sequence[RuntimeRow]) -> dict[str, Any]:
    told = [{**asdict(row), "reasons": list(row.reasons)} for row in rows]
    return {"schema": "edgeflow.runtimes/1", "model": model.name, "sha256": model.sha256, "runtimes": told}


def _print_runtimes(rows: Sequence[RuntimeRow]) -> None:
    table = [(row.runtime, row.version or "–", row.verdict, row.source) for row in rows]
    print_table(("runtime", "version", "runs it", "evidence"), table)
    for row in rows:
        for reason in row.reasons:
            _print_wrapped("  - ", plain(f"{row.runtime}: {reason}"))


def _print(model: Model, fit: Fit) -> None:
    verdict = {True: "fits", False: "does not fit", None: "cannot be said yet"}[fit.fits]
    where = f"{fit.board} ({fit.target})" if fit.board else fit.target
    click.echo(f"{plain(fit.model, 40)} on {where}: {verdict}")
    if fit.flash_needed_bytes is not None:
        _print_share("flash", fit.flash_needed_bytes, fit.flash_bytes, _flash_parts(model, fit))
    if fit.ram_needed_bytes is not None:
        _print_share("RAM", fit.ram_needed_bytes, fit.ram_bytes, _ram_parts(model, fit))
    for mark, texts in (("-", fit.reasons), ("!", fit.warnings), ("→", fit.advice)):
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
    parts = f"model {size_text(model.size)}, runtime {size_text(runtime) if runtime else 'not measured'}"
    if fit.runner_flash_bytes in (None, fit.flash_needed_bytes):
        return parts
    return f"{parts} with this model's operators only; {size_text(fit.runner_flash_bytes)} with a runner that has all"


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
