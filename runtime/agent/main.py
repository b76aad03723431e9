"""Start of the agent: `python3 agent.pyz BASE` with the link on stdin and stdout and the console on stderr."""

from __future__ import annotations

import os
import signal
import sys

from .channel import Channel
from .server import Server
from .store import Store


def main() -> None:
    """Take stdin and stdout for the link alone, so that nothing a library prints can damage it, and serve."""
    link_in, link_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host decides; it closes stdin when it is interrupted
    base = sys.argv[1] if len(sys.argv) > 1 else "~/.local/share/edgeflow"
    Server(Channel(link_in, link_out), Store(os.path.expanduser(base))).serve()
