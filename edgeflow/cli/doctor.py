"""`edgeflow doctor`: what is missing, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import json_option, print_json, print_table, say
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.pipeline.doctor import Finding


@click.command()
@click.option("--device", "-d", "devices", multiple=True, metavar="D", help="Ask this device as well; repeatable.")
@json_option
def command(devices: tuple[str, ...], as_json: bool) -> int:
    """Say what this machine has for edgeflow's jobs, what it lacks, and what to do about it.

    Exits with 1 when something that everything needs is missing, or a device that was asked lacks something.
    """
    from edgeflow.pipeline.doctor import doctor

    findings = doctor(devices)
    failed = [finding for finding in findings if finding.needed and finding.state != "ok"]
    if as_json:
        print_json(answer(findings))
        return 1 if failed else 0
    fine = [finding for finding in findings if finding.state == "ok"]
    print_table(("HERE", "FOR", "WHAT"), [(plain(f.what), f.job, plain(f.found)) for f in fine])
    others = [finding for finding in findings if finding.state != "ok"]
    if others:
        click.echo()
    for finding in sorted(others, key=lambda finding: not finding.needed):
        told = f" ({finding.found})" if finding.found else ""
        click.echo(f"{finding.state}: {plain(finding.what)}{plain(told)}, for {finding.job}")
        click.echo(f"  {plain(finding.remedy)}")
    if not others:
        say("nothing is missing", err=True)
    return 1 if failed else 0


def answer(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The `edgeflow.doctor/1` answer."""
    from dataclasses import asdict

    return {"schema": "edgeflow.doctor/1", "findings": [asdict(finding) for finding in findings]}
