"""The table of several conversions weighed against each other, as `convert --verify` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, print_table
from edgeflow.cli.plain import plain

if TYPE_CHECKING:
    from edgeflow.pipeline.tradeoff import Measured, TradeOff


def answer(found: TradeOff, conversions: list[dict[str, Any]]) -> dict[str, Any]:
    """The `edgeflow.tradeoff/1` answer, with the conversions' own."""
    from edgeflow.cli.accuracy import answer as accuracy_answer

    return {
        "schema": "edgeflow.tradeoff/1",
        "device": found.device,
        "trades": [
            {
                "recipe": trade.recipe,
                "path": str(trade.path),
                "bytes": trade.bytes,
                "scores": dict(trade.scored.scores),
                "snr_db": trade.snr_db,
                "latency_us": trade.measured.latency_us if trade.measured else None,
                "instructions": trade.measured.instructions if trade.measured else None,
                "trusted": trade.measured.trusted if trade.measured else None,
                "unavailable": trade.measured.unavailable or None if trade.measured else None,
                "best": trade.best,
            }
            for trade in found.trades
        ],
        "accuracy": accuracy_answer(found.accuracy),
        "conversions": conversions,
    }


def show(found: TradeOff) -> None:
    """Print the table; `*` marks what no other beats in everything."""
    names = list(found.accuracy.models[0].scores)
    columns = ["", "recipe", "size", *names, "SNR dB", *([plain(found.device)] if found.device else [])]
    rows = [
        (
            "*" if trade.best else "",
            trade.recipe,
            bytes_text(trade.bytes),
            *(f"{trade.scored.scores[name]:.4f}" for name in names),
            "exact" if trade.exact else "–" if trade.snr_db is None else f"{trade.snr_db:.1f}",
            *([_number(trade.measured)] if found.device else []),
        )
        for trade in found.trades
    ]
    source = found.accuracy.models[0]
    scores = "".join(f", {name} {value:.4f}" for name, value in source.scores.items())
    click.echo(f"on {found.accuracy.samples} samples of {plain(found.accuracy.data)}; the source{scores}:")
    print_table(columns, rows, right=tuple(range(2, len(columns))))
    click.echo("* no other is at least as good in everything and better in something")
    for trade in found.trades:
        if trade.measured and trade.measured.unavailable:
            click.echo(f"{trade.recipe}: not measured: {plain(trade.measured.unavailable)}", err=True)
    for name in found.accuracy.beyond:
        click.echo(f"{plain(name)}: drops more than {found.accuracy.max_drop:g}", err=True)


def _number(measured: Measured | None) -> str:
    from edgeflow.cli.bench import time_text

    if measured is None or measured.unavailable:
        return "–"
    if measured.latency_us is None:
        return f"{measured.instructions:,} instr."
    text = time_text(measured.latency_us)
    return text if measured.trusted else f"({text})"
