"""`edgeflow replay`: measure or validate a stored run again."""

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
    """Measure or validate what RUN did, with the same arguments on the same device, and compare old with new.

    RUN is an id of the result store or the beginning of it, `last`, or tag:NAME. The model's file, and those that a
    validation read, must be where they were, and the same byte for byte. A validation that does not match exits 4.
    """
    from edgeflow.pipeline.replay import Revalidation, replay

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
    if not isinstance(found, Revalidation):
        return finish(found, fail_over, as_json=as_json)
    if as_json:
        from edgeflow.cli.output import print_json

        new = found.new.to_json()
        print_json(
            {"schema": "edgeflow.revalidation/1", "old": dict(found.old), "new": new, "changes": list(found.changes)}
        )
    else:
        from edgeflow.cli.output import say
        from edgeflow.cli.validate import print_validation

        print_validation(found.new)
        for line in found.changes or ("nothing differs from then",):
            say(line)
    return 0 if found.new.matches else 4
