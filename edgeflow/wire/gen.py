"""Render the protocol's C and Python constants and its manual from `runtime/protocol.toml` (host only)."""

from __future__ import annotations

import sys
from pathlib import Path

OUTPUTS = {
    "protocol/ef_status.h.j2": "runtime/core/ef_status.h",
    "protocol/ef_wire.h.j2": "runtime/link/ef_wire.h",
    "protocol/constants.py.j2": "edgeflow/wire/constants.py",
    "protocol/PROTOCOL.md.j2": "docs/PROTOCOL.md",
}


def render(root: Path) -> dict[str, str]:
    """Return {path below `root`: text} of everything rendered from `root/runtime/protocol.toml`."""
    import tomllib

    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    protocol = tomllib.loads((root / "runtime/protocol.toml").read_text(encoding="utf-8"))
    env = Environment(
        loader=FileSystemLoader(root / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return {out: env.get_template(name).render(p=protocol) for name, out in OUTPUTS.items()}


def main(root: Path) -> None:
    """Write every rendered file below `root`."""
    for out, text in render(root).items():
        (root / out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
