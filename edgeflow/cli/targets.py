"""`edgeflow targets`: the kinds and boards edgeflow knows."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import asdict
from typing import Any

import click

from edgeflow.cli.output import json_option, print_json, print_table
from edgeflow.pipeline.targets import FAMILIES, list_targets, show_target
from edgeflow.targets.types import Board, Region, Target


@click.group()
def command() -> None:
    """The kinds (targets) and products (boards) edgeflow knows."""


@command.command("list")
@click.option("--family", type=click.Choice(FAMILIES), help="Only these.")
@json_option
def list_command(family: str | None, as_json: bool) -> None:
    """List all targets and boards. A board may stand wherever --target is asked for."""
    targets, boards = list_targets(family)
    if as_json:
        print_json([_target_answer(target) for target in targets] + [_board_answer(board) for board in boards])
        return
    if targets:
        print_table(
            ("TARGET", "WHAT IT IS", "RUNTIME", "KERNELS"),
            [(target.name, target.title, target.runtime, target.kernels) for target in targets],
        )
    if boards:
        print_table(
            ("BOARD", "TARGET", "CLOCK", "RAM", "FLASH", ""),
            [
                (b.name, b.target, _clock(b), _ram(b), _size(b.flash_bytes) or "varies", b.emulator or "")
                for b in boards
            ],
            right=(2, 3, 4),
        )
    click.echo("edgeflow targets show NAME tells the rest.")


@command.command("show")
@click.argument("name")
@json_option
def show_command(name: str, as_json: bool) -> None:
    """Show everything known about one target or board, and where it was read."""
    target, board = show_target(name)
    if as_json:
        print_json(_board_answer(board) if board else _target_answer(target))
        return
    if board:
        _print_facts(_board_facts(board))
        click.echo()
    _print_facts(_target_facts(target))


def _print_facts(facts: list[tuple[str, str]]) -> None:
    """Print label and text in two columns, wrapped to the terminal; empty facts are left out."""
    width = max(40, shutil.get_terminal_size().columns - 1)
    for label, text in facts:
        if text:
            click.echo(textwrap.fill(text, width, initial_indent=f"{label:<14} ", subsequent_indent=" " * 15))


def _target_answer(target: Target) -> dict[str, Any]:
    return {"schema": "edgeflow.target/1", "kind": "target", **asdict(target)}


def _board_answer(board: Board) -> dict[str, Any]:
    return {"schema": "edgeflow.target/1", "kind": "board", **asdict(board)}


def _board_facts(board: Board) -> list[tuple[str, str]]:
    return [
        ("board", f"{board.name}: {board.title}"),
        ("cpu", board.cpu),
        ("clock", _clock(board)),
        *(("" if number else "ram", _region(region)) for number, region in enumerate(board.ram)),
        ("flash", _flash(board)),
        ("usb", ", ".join(board.usb_ids)),
        ("flash with", ", ".join(method.tool for method in board.flash)),
        ("build with", ", ".join(f"{one.name} ({one.board})" for one in board.frameworks)),
        ("emulator", board.emulator or ""),
        ("note", board.notes),
        ("source", board.source),
    ]


def _target_facts(target: Target) -> list[tuple[str, str]]:
    flags = " ".join(target.cflags)
    return [
        ("target", f"{target.name}: {target.title}"),
        ("family", target.family),
        ("architecture", target.arch),
        ("runtime", f"{target.runtime}, {target.kernels} kernels"),
        ("languages", ", ".join(target.languages)),
        ("compiler", f"{target.toolchain}gcc {flags}" if target.toolchain else flags),
        ("zig", " ".join(filter(None, (target.zig_target, target.zig_cpu)))),
        ("note", target.notes),
        ("source", target.source),
    ]


def _region(region: Region) -> str:
    at = f" at 0x{region.address:08x}" if region.address is not None else ""
    return f"{_size(region.bytes)} {region.name}{at}"


def _flash(board: Board) -> str:
    at = f" at 0x{board.flash_address:08x}" if board.flash_address is not None else ""
    return f"{_size(board.flash_bytes)}{at}" if board.flash_bytes else ""


def _clock(board: Board) -> str:
    return f"{board.clock_hz / 1e6:g} MHz" if board.clock_hz else ""


def _ram(board: Board) -> str:
    return _size(board.ram_bytes) if board.ram else "varies"


def _size(count: int | None) -> str:
    """Whole KiB and MiB, as data sheets give memory."""
    if count is None:
        return ""
    if count % (1024 * 1024) == 0:
        return f"{count // (1024 * 1024)} MiB"
    return f"{count / 1024:g} KiB"
