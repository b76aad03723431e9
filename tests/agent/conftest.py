"""The agent's modules, imported as the agent's own zip would."""

import importlib
import sys

import pytest

from edgeflow.resources import runtime_dir


@pytest.fixture
def agent(monkeypatch):
    """Import `agent.<name>` from runtime/."""
    monkeypatch.syspath_prepend(str(runtime_dir()))
    yield lambda name: importlib.import_module(f"agent.{name}")
    for name in [name for name in sys.modules if name == "agent" or name.startswith("agent.")]:
        del sys.modules[name]
