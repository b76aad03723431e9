"""Options that all commands with a device and a model share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from edgeflow.cli.output import say
from edgeflow.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])
APIS = ("interpreter", "compiled-model")
DELEGATES = ("xnnpack", "none", "reference")
RUNTIMES = ("edgeflow", "litert")
OPTIMIZE = ("speed", "ram", "balanced")


def device_options(function: F) -> F:
    """`--device` and `placing_options`, as device, target, wait_s, timeout_s, fresh."""
    which = click.option("--device", "-d", metavar="D", help="A name of the device book, an address, or local:.")
    return which(placing_options(function))


def placing_options(function: F) -> F:
    """`--fresh` and `reaching_options`, as target, wait_s, timeout_s, fresh."""
    fresh = click.option("--fresh", is_flag=True, help="Drop what an emulated device kept from earlier commands.")
    return reaching_options(fresh(function))


def reaching_options(function: F) -> F:
    """`--target --wait --timeout` as target, wait_s, timeout_s."""
    for option in (
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(1, 86400),
            default=60.0,
            show_default=True,
            metavar="SECONDS",
            help="The longest silence of the device, so also of one run.",
        ),
        click.option(
            "--wait",
            "wait_s",
            type=click.FloatRange(0, 86400),
            default=0.0,
            show_default=True,
            metavar="SECONDS",
            help="How long to wait while another session holds the device.",
        ),
        click.option("--target", metavar="T", help="What a plain address is: a target or a board."),
    ):
        function = option(function)
    return function


def run_options(function: F) -> F:
    """`--signature --input-shape --api --delegate` as signature, shape_texts, api, delegate."""
    for option in (
        click.option(
            "--delegate",
            type=click.Choice(DELEGATES),
            default=None,
            callback=_empty,
            help="xnnpack, none (optimized kernels) or reference kernels; the runtime's default otherwise.",
        ),
        click.option("--api", type=click.Choice(APIS), default=None, callback=_empty, help="LiteRT's API to use."),
        click.option(
            "--input-shape",
            "shape_texts",
            multiple=True,
            metavar="NAME=1,224,224,3",
            help="Resize an input; repeated for several.",
        ),
        click.option("--signature", metavar="NAME", help="Which signature; the first by default."),
    ):
        function = option(function)
    return function


def runtime_option(function: F) -> F:
    """`--runtime` as runtime, "" for the device's own."""
    which = click.option(
        "--runtime",
        type=click.Choice(RUNTIMES),
        default=None,
        callback=_empty,
        help="On Android: edgeflow's own, or litert for LiteRT's kernels.  [the device's own]",
    )
    return which(function)


def aot_option(function: F) -> F:
    """`--aot --optimize --ram` as aot, optimize, ram_bytes."""
    which = click.option("--aot", is_flag=True, help="Start an emulated board with the model built ahead of time.")
    return which(optimize_options(function))


def optimize_options(function: F) -> F:
    """`--optimize --ram` as optimize, ram_bytes; None where not given."""
    for option in (
        click.option(
            "--ram",
            "ram_bytes",
            callback=size_bytes,
            metavar="SIZE",
            help="With --aot: the most that the arena may have, for example 20K.",
        ),
        click.option(
            "--optimize",
            type=click.Choice(OPTIMIZE),
            help="With --aot: the fastest kernels, the least RAM, or both within reason.  [balanced]",
        ),
    ):
        function = option(function)
    return function


def custom_ops_option(function: F) -> F:
    """`--custom-ops` as custom_ops, a path or None."""
    which = click.option(
        "--custom-ops", type=click.Path(path_type=Path), metavar="LIB.so", help="Custom operators for the device."
    )
    return which(function)


def input_shapes(texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """`NAME=1,224,224,3` … → {name: sizes}; raises UsageError."""
    shapes = {}
    for text in texts:
        name, _, sizes = text.rpartition("=")
        if not name or not re.fullmatch(r"[1-9][0-9]{0,9}(,[1-9][0-9]{0,9})*", sizes):
            raise UsageError(f"input shape '{text}' is not NAME=SIZE,SIZE,…", "for example image=1,224,224,3")
        if name in shapes:
            raise UsageError(f"input shape of '{name}' is given twice", "give one shape for each input")
        shapes[name] = tuple(int(size) for size in sizes.split(","))
    return shapes


def progress_talk(notes: Iterable[str]) -> None:
    """Say notes on stderr."""
    for note in notes:
        say(f"note: {note}", err=True)


def _empty(_: click.Context, __: click.Parameter, value: str | None) -> str:
    return value or ""


def size_bytes(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    from edgeflow.cli.check import size

    return None if value is None else size(value)
