"""`edgeflow replay`: measure a stored run again."""

from __future__ import annotations

import click

from edgeflow.cli.compare import finish, share
from edgeflow.cli.device_options import placing_options
from edgeflow.cli.output import json_option, progress_bar
from edgeflow.cli.store_option import store_option


@click.command()
@click.argument("run")
@placing_options
@click.option("--fail-over", callback=share, metavar="5%", help="Exit 3 where a figure is worse by more than this.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find the new run by.")
@store_option
@json_option
def command(
    run: str,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    fail_over: float | None,
    tags: tuple[str, ...],
    store: str | None,
    as_json: bool,
) -> int:
    """Measure what RUN measured, with the same arguments on the same device, and compare old with new.

    RUN is an id of the result store or the beginning of it, `last`, or tag:NAME. The model's file must be where it was,
    and the same byte for byte.
    """
    from edgeflow.pipeline.replay import replay

    with progress_bar(as_json) as progress:
        found = replay(
            run,
            target=target,
            wait_s=wait_s,
            timeout_s=timeout_s,
            fresh=fresh,
            tags=tags,
            store=store,
            progress=progress,
        )
    return finish(found, fail_over, as_json=as_json)
