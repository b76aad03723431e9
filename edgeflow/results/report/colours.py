"""Colours of plots and of the page: one light set, one dark, and marks that stand for both while a plot is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("ink", "muted", "surface", "s1", "s2", "s3", "s4", "s5", "s6")
# at least 4.5:1 against the surface for ink and muted, 3:1 for s1…s6 (WCAG 2.2, 1.4.3 and 1.4.11)
LIGHT: Mapping[str, str] = dict(
    zip(
        NAMES,
        ("#17202a", "#52606d", "#ffffff", "#0b62a8", "#b4480b", "#1b7a4b", "#8a3fa0", "#7a6200", "#b01e4f"),
        strict=True,
    )
)
DARK: Mapping[str, str] = dict(
    zip(
        NAMES,
        ("#e8edf2", "#a5b1be", "#161b21", "#6cb4ff", "#ffab70", "#6fd6a0", "#d79cf0", "#e3c651", "#ff8fb0"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Colours:
    """What a plot is drawn in."""

    ink: str
    muted: str
    surface: str
    series: tuple[str, ...]

    def of(self, number: int) -> str:
        return self.series[number % len(self.series)]


def colours(values: Mapping[str, str]) -> Colours:
    return Colours(values["ink"], values["muted"], values["surface"], tuple(values[name] for name in NAMES[3:]))


MARKS: Mapping[str, str] = {name: f"#0102{number:02x}" for number, name in enumerate(NAMES)}
VARIABLES: Mapping[str, str] = {
    mark: "currentColor" if name == "ink" else f"var(--{name})" for name, mark in MARKS.items()
}


def declarations(values: Mapping[str, str]) -> str:
    """The set as CSS custom properties."""
    return "".join(f"--{name}:{value};" for name, value in values.items())
