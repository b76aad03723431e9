"""`edgeflow devices provision`: an interpreter onto a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import placing_options
from edgeflow.cli.output import bytes_text, json_option, print_json, progress_bar, say

if TYPE_CHECKING:
    from edgeflow.pipeline.provision import Provisioned


@click.command()
@click.argument("name", required=False)
@click.option(
    "--wheels",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Take the wheels, for Android also Debian's packages, from this folder; fetched otherwise.",
)
@click.option("--force", is_flag=True, help="Bring them there although the device has an interpreter.")
@placing_options
@json_option
def command(
    name: str | None,
    wheels: Path | None,
    force: bool,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    as_json: bool,
) -> None:
    """Bring an interpreter for .tflite files to a Linux or Android device, and try it there.

    NAME may be an address. A Linux device needs Python 3.9 or newer, but neither pip nor the internet.
    """
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.provision import provision

    with progress_bar(as_json) as progress:
        done = provision(
            find_device(name, target=target),
            wheels=wheels,
            force=force,
            fresh=fresh,
            wait_s=wait_s,
            timeout_s=timeout_s,
            progress=progress,
        )
    if as_json:
        print_json(answer(done))
        return
    if done.installed is None:
        say(f"{done.device.name} has {done.tried.runtime} {done.tried.version} already; a test inference was right")
        return
    sent = f", {bytes_text(done.installed.sent_bytes)} sent" if done.installed.sent_bytes else ", nothing sent"
    say(f"{done.device.name}: {', '.join(done.installed.distributions)} in {done.installed.folder}{sent}")
    say(f"a test inference by {done.tried.runtime} {done.tried.version} was right")


def answer(done: Provisioned) -> dict[str, Any]:
    """The `edgeflow.provisioning/1` answer."""
    from dataclasses import asdict

    return {
        "schema": "edgeflow.provisioning/1",
        "device": {"name": done.device.name, "address": str(done.device.address)},
        "machine": done.found.machine,
        "python": done.found.python_version,
        "glibc": done.found.glibc,
        "installed": asdict(done.installed) if done.installed else None,
        "runtime": {"name": done.tried.runtime, "version": done.tried.version},
    }
