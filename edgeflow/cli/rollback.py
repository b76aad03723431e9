"""`edgeflow rollback`: back to an earlier release."""

from __future__ import annotations

import click

from edgeflow.cli.device_options import device_options
from edgeflow.cli.output import json_option, print_json, say


@click.command()
@device_options
@click.option("--name", metavar="N", help="Which deployment; needed where the device has several.")
@click.option("--to", "release", metavar="ID", help="Which release; the previous one by default.")
@json_option
def command(
    device: str | None,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    name: str | None,
    release: str | None,
    as_json: bool,
) -> None:
    """Switch a deployment back to its previous release; the device runs that once before."""
    from edgeflow.cli.deploy import answer
    from edgeflow.device.book import find_device
    from edgeflow.errors import UsageError
    from edgeflow.pipeline.rollback import rollback

    if fresh:
        raise UsageError("--fresh drops the releases that rollback goes back to", "leave --fresh out")
    chosen = find_device(device, target=target)
    done = rollback(chosen, name=name, release=release, wait_s=wait_s, timeout_s=timeout_s)
    if as_json:
        print_json(answer(done))
    elif done.action == "unchanged":
        say(f"{done.name} on {done.device.name} already runs {done.release}")
    else:
        from edgeflow.cli.deploy import text

        say(text(done))
