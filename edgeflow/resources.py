"""Where edgeflow's own data files lie: in a checkout beside the package, in a wheel under `edgeflow/_data`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder that holds `runtime/`, `targets/` and `templates/`."""
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def runtime_dir() -> Path:
    """C sources, the agent and `protocol.toml`."""
    return data_root() / "runtime"


def targets_dir() -> Path:
    """Target, board and emulator definitions."""
    return data_root() / "targets"


def templates_dir() -> Path:
    """jinja2 templates, one tree mirroring what it renders."""
    return data_root() / "templates"


def include_dir() -> Path:
    """The folder a C build system adds to its include path for edgeflow's runtime headers."""
    return runtime_dir() / "core"


def wire_dir() -> Path:
    """The `edgeflow/wire` sources, which also travel inside the agent."""
    return _PACKAGE / "wire"
