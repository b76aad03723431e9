"""`edgeflow deploy`: put a model on a device, verified and switched atomically."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import custom_ops_option, placing_options, size_bytes
from edgeflow.cli.output import bytes_text, json_option, print_json, progress_bar, say
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.deploy.types import Deployment

_SHOWN_FILES = 20


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--device",
    "-d",
    "device_texts",
    multiple=True,
    metavar="D",
    help="A name of the device book, an address, or local:. Repeated: first the first, then the others at once.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    metavar="N",
    help="How many devices at once, after the first.",
)
@placing_options
@click.option("--name", metavar="N", help="The deployment's name on the device; the file's stem by default.")
@click.option(
    "--bundle-version",
    "version",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    metavar="V",
    help="A number that must not go down; 0, the default, is unordered.",
)
@click.option("--app", metavar="DIR", help="An application that goes with it: a folder, started there from now on.")
@click.option(
    "--entry", metavar="WORDS", help="What starts it, e.g. 'python3 main.py'.  [an executable run, or main.py]"
)
@click.option(
    "--app-up",
    "app_up_s",
    type=click.FloatRange(0, 3600),
    default=5.0,
    metavar="SECONDS",
    help="How long it must stay up, else the release before is started again.  [5]",
)
@click.option("--sign", metavar="KEY", help="Sign the bundle: a name of edgeflow keys list, or a private key's file.")
@click.option(
    "--accept-runs",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Run it so often after the switch, and go back to the release before when that fails.  [20 with a limit]",
)
@click.option(
    "--max-p99-us", type=click.FloatRange(0, min_open=True), metavar="µS", help="The slowest 1 % may not be slower."
)
@click.option("--max-rss", callback=size_bytes, metavar="SIZE", help="The most memory of its process, for example 64M.")
@click.option(
    "--accept-within",
    type=click.FloatRange(0, 86400, min_open=True),
    metavar="SECONDS",
    help="The time that these runs may take.  [60]",
)
@click.option("--dry-run", is_flag=True, help="Check only; change nothing on the device.")
@click.option("--force", is_flag=True, help="Deploy although the check says no, or a newer version is there.")
@custom_ops_option
@json_option
def command(
    model: Path,
    device_texts: tuple[str, ...],
    jobs: int,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    name: str | None,
    version: int,
    app: str | None,
    entry: str | None,
    app_up_s: float,
    sign: str | None,
    accept_runs: int | None,
    max_p99_us: float | None,
    max_rss: int | None,
    accept_within: float | None,
    dry_run: bool,
    force: bool,
    custom_ops: Path | None,
    as_json: bool,
) -> int:
    """Put MODEL on a device: check, upload, verify there, run it once, then switch to it.

    The release that was there stays until the new one has run, and edgeflow rollback goes back to it. Of several
    devices the others are begun once the first one holds; none that is not begun is touched when it fails.
    """
    from edgeflow.cli.deploy_many import deploy_to_several
    from edgeflow.deploy.acceptance import Acceptance
    from edgeflow.deploy.app import read_app
    from edgeflow.device.book import find_device
    from edgeflow.model.read import load_model
    from edgeflow.pipeline.deploy import deploy
    from edgeflow.pipeline.keys import signing_key

    key = signing_key(sign) if sign else None
    acceptance = None
    if any(given is not None for given in (accept_runs, max_p99_us, max_rss, accept_within)):
        acceptance = Acceptance(accept_runs or 20, max_p99_us, max_rss, accept_within or 60.0)
    devices = [find_device(given, target=target) for given in device_texts or (None,)]
    options: dict[str, Any] = {
        "name": name,
        "version": version,
        "dry_run": dry_run,
        "force": force,
        "wait_s": wait_s,
        "timeout_s": timeout_s,
        "fresh": fresh,
        "custom_ops": custom_ops,
        "app": read_app(app, entry=entry, up_s=app_up_s) if app is not None else None,
        "entry": entry if app is None else None,
        "sign": key,
        "acceptance": acceptance,
    }
    if len(devices) > 1:
        return deploy_to_several(load_model(model), devices, jobs=jobs, as_json=as_json, options=options)
    with progress_bar(as_json) as progress:
        done = deploy(model, devices[0], progress=progress, **options)
    if as_json:
        print_json(answer(done))
    else:
        for line in text(done).splitlines():
            say(line)
    for warning in done.warnings:
        say(f"warning: {warning}", err=True)
    return 0


def answer(done: Deployment) -> dict[str, Any]:
    """The `edgeflow.deployment/1` answer."""
    from dataclasses import asdict

    return {
        "schema": "edgeflow.deployment/1",
        "action": done.action,
        "name": done.name,
        "version": done.version,
        "created": done.created,
        "model": {"sha256": done.model_sha256, "bytes": done.model_bytes},
        "device": {
            "name": done.device.name,
            "target": done.device.target,
            "board": done.device.board,
            "address": str(done.device.address),
        },
        "release": done.release or None,
        "previous": done.previous or None,
        "sent_bytes": done.sent_bytes,
        "persistent": done.persistent,
        "health": asdict(done.health) if done.health else None,
        "accepted": asdict(done.accepted) if done.accepted else None,
        "signed_by": done.signed_by,
        "files": [asdict(file) for file in done.files],
        "entry": list(done.entry),
        "app": asdict(done.app) if done.app else None,
        "warnings": list(done.warnings),
    }


def text(done: Deployment) -> str:
    what = f"{done.name} ({bytes_text(done.model_bytes)}, {done.model_sha256[:12]})"
    where = done.device.name
    match done.action:
        case "planned":
            return f"would deploy {what} to {where}{_planned(done)}"
        case "unchanged":
            return f"{what} is already active on {where}, nothing sent"
        case "deployed":
            release = f", release {done.release}" if done.release else ""
            signed = f", signed by {done.signed_by}" if done.signed_by else ""
            return f"deployed {what} to {where}{release}{signed}{_health(done)}{_accepted(done)}{_app(done)}"
        case "rolled back":
            return f"rolled back {done.name} on {where} to {done.release}{_app(done)}"


def _planned(done: Deployment) -> str:
    """The files of a bundle that is more than its model, the first of many."""
    if len(done.files) < 2:
        return ""
    lines = [f"  {plain(file.path)} ({bytes_text(file.bytes)})" for file in done.files[:_SHOWN_FILES]]
    more = len(done.files) - _SHOWN_FILES
    lines += [f"  and {more} more"] if more > 0 else []
    started = f"\n  started by: {plain(shlex.join(done.entry))}" if done.entry else ""
    return (
        f", {len(done.files)} files, {bytes_text(sum(file.bytes for file in done.files))}:\n"
        + "\n".join(lines)
        + started
    )


def _app(done: Deployment) -> str:
    if done.app is None:
        return ""
    return (
        f"; its application is {done.app.state}, kept so by {'systemd' if done.app.by == 'systemd' else 'a supervisor'}"
    )


def _accepted(done: Deployment) -> str:
    if done.accepted is None:
        return ""
    from edgeflow.results.quantities import time_text

    p99 = f", p99 {time_text(done.accepted.p99_us)}" if done.accepted.p99_us is not None else ""
    return f"; held up for {done.accepted.runs} runs{p99}"


def _health(done: Deployment) -> str:
    health = done.health
    if health is None or health.compared is None:
        return ""
    if not health.max_difference:
        return f"; its outputs equal those of {health.compared}"
    return f"; its outputs are within {health.max_difference:.3g} of those of {health.compared}"
