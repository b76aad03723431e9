"""Start of the agent: `python3 agent.pyz BASE [--lock FILE --owner WHO]`.

The link is on stdin and stdout, the console on stderr. The same file keeps an application running, as
`--supervise BASE/NAME` or, started by systemd, `--exec BASE/NAME`.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from typing import Callable, List


def main() -> None:
    """Be the agent, or what starts an application: that imports nothing of the agent's own."""
    if sys.argv[1:2] == ["--supervise"]:
        from .supervisor import supervise

        supervise(sys.argv[2])
    elif sys.argv[1:2] == ["--exec"]:
        from .systemd import execute

        execute(sys.argv[2])
    else:
        serve()


def serve() -> None:
    """Take the lock; take stdin and stdout for the link alone, so that no library's print can damage it; serve."""
    from .channel import Channel
    from .interpreters import use_provisioned
    from .server import Server
    from .store import Store
    from .tuning import Tuning

    parser = argparse.ArgumentParser(prog="agent")
    parser.add_argument("base")
    parser.add_argument("--lock")
    parser.add_argument("--owner", default="?")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host decides; it closes stdin when it is interrupted
    tuning = Tuning()
    at_end: List[Callable[[], None]] = [tuning.restore]
    if given.lock:
        from . import lock

        lock.acquire(given.lock, given.owner)
        at_end.append(lock.release)
    link_in, link_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    use_provisioned(os.path.expanduser(given.base))
    Server(Channel(link_in, link_out, at_end), Store(os.path.expanduser(given.base)), tuning).serve()
