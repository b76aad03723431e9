"""`edgeflow devices`: the device book, and what is on the devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import reaching_options
from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, say
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.deploy.history import History
    from edgeflow.deploy.types import AppState
    from edgeflow.device.survey import Survey
    from edgeflow.pipeline.devices import DeviceReport


class _Group(click.Group):
    """`provision` has a file of its own, imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "provision"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name != "provision":
            return super().get_command(ctx, cmd_name)
        from edgeflow.cli.provision import command as provision

        return provision


@click.group(cls=_Group)
def command() -> None:
    """Your devices: list, add, remove, show, probe, provision, reset."""


@command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the devices of your book and of the project's."""
    from edgeflow.pipeline.devices import list_devices

    reports = list_devices()
    if as_json:
        print_json([answer(report) for report in reports])
    elif not reports:
        click.echo("no device yet; edgeflow devices add NAME ADDRESS, or use --device local:", err=True)
    else:
        print_table(
            ("DEVICE", "WHAT IT IS", "ADDRESS", "TAGS"),
            [
                (r.device.name, r.device.board or r.device.target or "?", r.device.address, " ".join(r.device.tags))
                for r in reports
            ],
        )


@command.command("add")
@click.argument("name")
@click.argument("address")
@click.option("--target", "--board", "target", metavar="T", help="A target or board; asked of the device by default.")
@click.option("--base", metavar="DIR", help="The folder on the device that releases live in.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find it by; repeatable.")
@click.option("--power", metavar="COMMAND", help="A command of this machine that power-cycles it.")
@click.option(
    "--accept-host-key",
    "accept_host_keys",
    multiple=True,
    metavar="SHA256:…",
    help="Record the host key with this fingerprint; repeatable for hosts on the way.",
)
@click.option("--install-key", is_flag=True, help="Add your public key to the account, so that no password is asked.")
@click.option("--no-probe", is_flag=True, help="Write it down without asking the device.")
@click.option("--force", is_flag=True, help="Replace a device of that name.")
@json_option
def add_command(
    name: str,
    address: str,
    target: str | None,
    base: str | None,
    tags: tuple[str, ...],
    power: str | None,
    accept_host_keys: tuple[str, ...],
    install_key: bool,
    no_probe: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Ask the device at ADDRESS what it is, and write it into your book as NAME."""
    from edgeflow.pipeline.devices import add

    report = add(
        name,
        address,
        target=target,
        base=base,
        tags=tags,
        power=power,
        accept_host_keys=accept_host_keys,
        install_key=install_key,
        probe=not no_probe,
        overwrite=force,
    )
    if as_json:
        print_json(answer(report))
        return
    _print_facts(_device_facts(report))
    for note in report.notes:
        say(f"note: {note}", err=True)
    _print_lacks(report.found)
    say(f"added {name} to {report.path}", err=True)


@command.command("remove")
@click.argument("name")
def remove_command(name: str) -> None:
    """Take a device out of the book."""
    from edgeflow.pipeline.devices import remove

    say(f"removed {name} from {remove(name)}", err=True)


@command.command("show")
@click.argument("name", required=False)
@click.option("--history", is_flag=True, help="Ask the device what is deployed there, and what was done.")
@reaching_options
@json_option
def show_command(
    name: str | None, history: bool, target: str | None, wait_s: float, timeout_s: float, as_json: bool
) -> None:
    """Show what the book says of a device, without asking it."""
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.devices import show_device

    report = show_device(find_device(name, target=target), history=history, wait_s=wait_s, timeout_s=timeout_s)
    if as_json:
        print_json(answer(report))
        return
    _print_facts(_device_facts(report))
    if report.history is not None:
        _print_history(report.history)


@command.command("probe")
@click.argument("name", required=False)
@json_option
def probe_command(name: str | None, as_json: bool) -> int:
    """Ask a device what it has and what it lacks. NAME may be an address.

    Exits with 1 when something stands in the way of deploying to it.
    """
    from edgeflow.pipeline.devices import probe_device

    report = probe_device(name)
    if as_json:
        print_json(answer(report))
    else:
        _print_facts(_device_facts(report))
        for note in report.notes:
            say(f"note: {note}", err=True)
        _print_lacks(report.found)
    return 1 if report.found and report.found.lacks else 0


@command.command("reset")
@click.argument("name", required=False)
def reset_command(name: str | None) -> None:
    """Power-cycle a device by the `power` command that its entry in your book has."""
    from edgeflow.pipeline.devices import reset_device

    say(f"ran: {reset_device(name)}", err=True)


def answer(report: DeviceReport) -> dict[str, Any]:
    """The `edgeflow.device/1` answer."""
    from dataclasses import asdict

    device = report.device
    return {
        "schema": "edgeflow.device/1",
        "name": device.name,
        "address": str(device.address),
        "target": device.target,
        "board": device.board,
        "base": device.base,
        "tags": list(device.tags),
        "power": device.power,
        "book": str(report.path) if report.path else None,
        "found": asdict(report.found) | {"lacks": [asdict(lack) for lack in report.found.lacks]}
        if report.found
        else None,
        "notes": list(report.notes),
        "history": asdict(report.history) if report.history else None,
    }


def _device_facts(report: DeviceReport) -> list[tuple[str, str]]:
    device, found = report.device, report.found
    facts = [
        ("device", device.name),
        ("address", str(device.address)),
        ("board", device.board or ""),
        ("target", device.target or (found.target if found and found.target else "unknown")),
        ("base", device.base or ""),
        ("tags", " ".join(device.tags)),
        ("power", device.power or ""),
    ]
    if found is None:
        return facts
    python = f"{found.python} ({found.python_version})" if found.python else "none"
    runtime = f"{found.runtime} {found.runtime_version}" if found.runtime else "none"
    return [
        *facts,
        ("model", found.model or ""),
        ("machine", found.machine or ""),
        ("system", " · ".join(filter(None, (found.os, found.kernel)))),
        ("python", python),
        ("interpreter", runtime),
        ("free", f"{bytes_text(found.free_bytes)} at {found.base}" if found.free_bytes is not None else ""),
    ]


def _print_facts(facts: list[tuple[str, str]]) -> None:
    for label, text in facts:
        if text:
            click.echo(f"{label:<12} {plain(text)}")


def _print_history(history: History) -> None:
    if not history.releases:
        click.echo("nothing is deployed there")
        return
    print_table(
        ("DEPLOYMENT", "RELEASE", "STATE", "MODEL"),
        [(plain(r.name), plain(r.release), r.state, r.model_sha256[:12]) for r in history.releases],
    )
    words = {"commit": "brought", "activate": "switched to", "accept": "accepted", "return": "went back to"}
    for event in history.events:
        release = plain(event.release) or "none"
        click.echo(f"{plain(event.time)}  {plain(event.name)}: {words[event.event]} {release}")
    for app in history.apps:
        click.echo(f"{plain(app.name)}: {_app_text(app)}")


def _app_text(app: AppState) -> str:
    """How an application does, in a line, and what is to be done about its start at boot."""
    parts = [f"application {plain(app.state)}, kept so by {plain(app.by)}"]
    if app.up_s is not None:
        parts.append(f"up for {app.up_s:.0f} s")
    if app.rss_bytes is not None:
        parts.append(bytes_text(app.rss_bytes))
    if app.restarts:
        parts.append(f"started again {app.restarts} times")
    if app.last:
        parts.append(f"last: {plain(app.last)}")
    return "; ".join(parts) + (f"\n  {plain(app.boot)}" if app.boot else "")


def _print_lacks(found: Survey | None) -> None:
    for lack in found.lacks if found else ():
        click.echo(f"missing: {plain(lack.what)}", err=True)
        click.echo(f"  {plain(lack.remedy)}", err=True)
