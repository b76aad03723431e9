"""`edgeflow flash`: an image onto a board."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, progress_bar, say

if TYPE_CHECKING:
    from edgeflow.pipeline.flash import Flashing


@click.command()
@click.argument("image", required=False, type=click.Path(path_type=Path))
@click.option("--device", "-d", metavar="D", help="A name of the device book, or an address.")
@click.option("--board", "--target", "board", metavar="B", help="Which board it is, where no book says so.")
@click.option("--port", metavar="PORT", help="Its serial port, or the folder of its bootloader's drive.")
@click.option("--tool", metavar="TOOL", help="One of the board's: openocd, pyocd, esptool, uf2, picotool, dfu-util…")
@click.option("--probe", metavar="SERIAL", help="The serial number of the debug probe, where several are connected.")
@click.option("--dry-run", is_flag=True, help="Check the image and print the command, touch nothing.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0, 86400),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait while another session holds the device.",
)
@json_option
def command(
    image: Path | None,
    device: str | None,
    board: str | None,
    port: str | None,
    tool: str | None,
    probe: str | None,
    dry_run: bool,
    wait_s: float,
    as_json: bool,
) -> None:
    """Put IMAGE on a board: ELF, Intel HEX, UF2 or binary, or the folder of a project that was built.

    The first of the board's tools that is installed does it, in the form of the image that it takes; edgeflow targets
    show BOARD lists them. Exits with 7 when the tool fails or is missing.
    """
    from edgeflow.pipeline.flash import flash

    with progress_bar(as_json) as progress:
        done = flash(
            image,
            device,
            board=board,
            port=port,
            tool=tool,
            probe=probe,
            dry_run=dry_run,
            wait_s=wait_s,
            progress=progress,
        )
    if as_json:
        print_json(answer(done))
    elif dry_run:
        _print_plan(done)
    else:
        say(f"flashed {done.image} ({bytes_text(done.bytes)}) to {done.device or done.board} with {done.tool}")
        say(f"next: edgeflow devices probe {done.device}" if done.device else _NEXT.format(done.board), err=True)


_NEXT = "next: edgeflow devices add NAME ADDRESS --board {0}"


def answer(done: Flashing) -> dict[str, Any]:
    """The `edgeflow.flash/1` answer."""
    return {
        "schema": "edgeflow.flash/1",
        "device": done.device,
        "board": done.board,
        "tool": done.tool,
        "command": list(done.command),
        "port": done.port,
        "image": {"path": str(done.image), "sha256": done.sha256, "format": done.format, "bytes": done.bytes},
        "written": done.written,
        "dry_run": done.dry_run,
    }


def _print_plan(done: Flashing) -> None:
    say(shlex.join(done.command) if done.command else f"copy {done.image} to {done.port or 'the bootloader drive'}")
    if done.format != done.written:
        say(f"{done.image} is made into {done.written} first", err=True)
    if done.notes:
        say(f"note: {done.notes}", err=True)
