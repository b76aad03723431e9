"""Where data files lie: edgeflow's own in a checkout beside the package, in a wheel under `edgeflow/_data`; others'
in folders that the environment or installed packages name."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
from pathlib import Path

EXTRA_PATH = "EDGEFLOW_PATH"  # environment variable: folders with targets/ and templates/ of their own
ENTRY_POINTS = "edgeflow.data"  # group of entry points whose packages hold such folders

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder that holds `runtime/`, `targets/` and `templates/`."""
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


@functools.cache
def data_roots() -> tuple[Path, ...]:
    """edgeflow's own folder, those of EDGEFLOW_PATH, then installed packages' with an entry point `edgeflow.data`.

    Packages are found, not imported: none of their code runs. A folder that is missing is left out.
    """
    named = [Path(name) for name in os.environ.get(EXTRA_PATH, "").split(os.pathsep) if name]
    specs = [importlib.util.find_spec(point.module) for point in importlib.metadata.entry_points(group=ENTRY_POINTS)]
    named += [Path(folder) for spec in specs if spec for folder in spec.submodule_search_locations or ()]
    return (data_root(), *(folder.absolute() for folder in dict.fromkeys(named) if folder.is_dir()))


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
