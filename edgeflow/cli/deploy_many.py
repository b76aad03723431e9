"""What `edgeflow deploy` shows of several devices: a line of progress for each, a table of who has what."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from edgeflow.cli.output import print_json, print_table, report_failure, say
from edgeflow.cli.plain import plain
from edgeflow.progress import Progress, silent

if TYPE_CHECKING:
    from edgeflow.device.types import Device
    from edgeflow.model.types import Model
    from edgeflow.pipeline.deploy_many import Outcome

_NAME_WIDTH = 24
ProgressOf = Callable[["Device"], Progress]
Told = Callable[["Outcome"], None]


def deploy_to_several(
    model: Model, devices: Sequence[Device], *, jobs: int, as_json: bool, options: dict[str, Any]
) -> int:
    """Deploy to the first device, then to the others, and print what became of each; returns the worst exit code."""
    from edgeflow.cli.deploy import answer
    from edgeflow.pipeline.deploy_many import deploy_many, worst_exit_code

    with _shown(len(devices), as_json) as (progress_of, told):
        outcomes = deploy_many(model, devices, jobs=jobs, told=told, progress_of=progress_of, **options)
    for outcome in outcomes:
        for warning in outcome.deployment.warnings if outcome.deployment else ():
            say(f"warning: {outcome.device.name}: {warning}", err=True)
    if as_json:
        print_json([answer(each.deployment) if each.deployment else _error(each) for each in outcomes])
    else:
        _print_failures(outcomes)
        _print_table(outcomes)
    return worst_exit_code(outcomes)


def _error(outcome: Outcome) -> dict[str, Any]:
    message, hint, reasons = _said(outcome)
    return {
        "schema": "edgeflow.error/1",
        "exit": outcome.exit_code,
        "device": outcome.device.name,
        "message": message,
        "hint": hint,
        "reasons": reasons,
    }


def _said(outcome: Outcome) -> tuple[str, str, list[str]]:
    from edgeflow.errors import EdgeflowError

    if not isinstance(outcome.failure, EdgeflowError):
        return f"{outcome.device.name}: interrupted", "", []
    message = outcome.failure.message
    if outcome.device.name not in message:
        message = f"{outcome.device.name}: {message}"
    return message, outcome.failure.hint, list(outcome.failure.reasons)


def _print_failures(outcomes: Sequence[Outcome]) -> None:
    from edgeflow.errors import EdgeflowError

    for outcome in outcomes:
        if outcome.failure is not None and outcome.begun:
            message, hint, reasons = _said(outcome)
            report_failure(EdgeflowError(message, hint, reasons), as_json=False)


def _print_table(outcomes: Sequence[Outcome]) -> None:
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes:
        done = outcome.deployment
        if done is not None:
            health = done.health
            compared = "" if health is None or health.compared is None else "as on this machine"
            if health and health.max_difference:
                compared = f"within {health.max_difference:.3g}"
            rows.append((outcome.device.name, done.action, done.release, compared))
        elif not outcome.begun:
            rows.append((outcome.device.name, "not touched", "", ""))
        else:
            said = "interrupted" if outcome.exit_code == 130 else f"failed (exit {outcome.exit_code})"
            rows.append((outcome.device.name, said, "", ""))
    print_table(("device", "", "release", "outputs"), rows)
    has = sum(outcome.deployment is not None for outcome in outcomes)
    if has < len(outcomes):
        say(f"{has} of {len(outcomes)} devices have it; the same command again leaves these alone")


@contextmanager
def _shown(count: int, quiet: bool) -> Iterator[tuple[ProgressOf, Told]]:
    """A line for each device that is worked on, where stderr is a terminal; else one when a device is done."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: silent, (lambda _: None) if quiet else _say_outcome
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(24), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        whole = bars.add_task("devices done", total=count)
        tasks: dict[str, TaskID] = {}

        def progress_of(device: Device) -> Progress:
            name = plain(device.name, _NAME_WIDTH)
            task = tasks[device.name] = bars.add_task(f"{name}  connecting", total=None)

            def show(stage: str, done: int, total: int | None) -> None:
                scale = 100 / total if total else 0
                percent = (round(done * scale), 100) if total else (0, None)
                bars.update(task, description=f"{name}  {stage}", completed=percent[0], total=percent[1])

            return show

        def told(outcome: Outcome) -> None:
            if outcome.device.name in tasks:
                bars.update(tasks[outcome.device.name], visible=False)
            if outcome.begun:
                bars.advance(whole)

        yield progress_of, told


def _say_outcome(outcome: Outcome) -> None:
    if outcome.begun:
        what = outcome.deployment.action if outcome.deployment else "failed"
        say(f"{outcome.device.name}: {what}", err=True)
