"""What the C runtime plans for models, by the program plan_report."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r"(\d+) (-?\d+) (-?\d+) (\d+) (\d) (\d+) (\d+) (\d+) (\d+) \|(.*?)\|(.*)")


@dataclass(frozen=True)
class Planned:
    """One answer of ef_interpreter_prepare(); `offsets` are those of planned tensors."""

    status: int
    operator: int
    tensor: int
    needed: int
    at_least: bool
    planned: int
    persistent: int
    variables: int
    scratch: int
    text: str
    offsets: tuple[tuple[int, int], ...]


def plan_with(program: Path, models: Sequence[tuple[bytes, int, bool]]) -> list[Planned]:
    """Answers for (model, arena bytes, preserve inputs), in order."""
    batch = b"".join(struct.pack("<III", len(m), arena, preserve) + m for m, arena, preserve in models)
    child = subprocess.run([program], input=batch, capture_output=True, timeout=120)
    assert child.returncode == 0, child.stderr.decode()[-3000:]
    answers = []
    for line in child.stdout.decode().splitlines():
        found = _LINE.fullmatch(line)
        assert found, line
        *numbers, text, offsets = found.groups()
        status, operator, tensor, needed, at_least, planned, persistent, variables, scratch = map(int, numbers)
        pairs = tuple((int(a), int(b)) for a, b in (pair.split(":") for pair in offsets.split()))
        answers.append(
            Planned(
                status, operator, tensor, needed, bool(at_least), planned, persistent, variables, scratch, text, pairs
            )
        )
    assert len(answers) == len(models)
    return answers
