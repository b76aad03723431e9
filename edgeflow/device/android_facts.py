"""What an Android device says of itself, as the runners there are told it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeflow.transport.base import Shell

_ASK = "uname -m; getprop ro.product.model; getprop ro.build.version.release; getprop ro.soc.model"
_ASK_S = 30.0
_PLAIN = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True)
class AndroidFacts:
    """`uname -m`, product, Android's version, chip; what a device does not tell is empty."""

    machine: str
    model: str
    release: str
    soc: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """For a runner's HELLO."""
        os, cpu = f"Android {self.release}".strip(), self.soc or self.machine
        return ("--board", self.model or self.machine, "--os", os, "--cpu", cpu)


def android_facts(shell: Shell) -> AndroidFacts:
    """Ask the device. Raises LinkError or DeviceError when it does not answer."""
    done = shell.run(["sh", "-c", _ASK], timeout_s=_ASK_S)
    lines = [_PLAIN.sub(" ", line).strip()[:60] for line in done.stdout.decode("utf-8", "replace").splitlines()]
    return AndroidFacts(*(lines + [""] * 4)[:4])
