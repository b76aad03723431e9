"""The matrix of faults: number → what happens and when, the same for the same seed on every machine."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

SEED = 2026
_LINE = ("cut", "hang", "corrupt", "duplicate", "slow")
# kinds by transport, in the order of the numbers; what happens on the device is the same for all
_DEVICE = (
    "agent killed",
    "agent stopped",
    "host interrupted",
    "disk full",
    "disk read-only",
    "bundle altered in flight",
    "bundle altered at rest",
    "signed bundle altered in flight",
    "clock put back",
    "clock put forward",
    "two hosts at once",
    "expired lock",
    "release half made",
)
_SERIAL_LINE = (*_LINE, "drop", "text", "noise")
_BOARD = ("host interrupted", "two hosts at once", "expired lock", "slot damaged at rest", "model too large")
KINDS = {
    "ssh": (*(f"line {what}" for what in _LINE), "host key changed", *_DEVICE),
    "local": ("link bytes corrupted", "link bytes doubled", "link cut", "link hang", "link slow", *_DEVICE),
    "adb": (
        "runner killed",
        "adb killed",
        "link bytes corrupted",
        "link bytes doubled",
        "link cut",
        "link hang",
        "link slow",
        "runner altered at rest",
        "runner half pushed",
        *(kind for kind in _DEVICE if not kind.startswith("agent ")),
    ),
    "serial": (
        *(f"line {what}" for what in _SERIAL_LINE),
        "runner killed",
        "power cut in an erase",
        "power cut in programming",
        "port unplugged",
        "port taken",
        "port read by another",
        *_BOARD,
        "emulated: reset",
        "emulated: quit",
        "emulated: killed",
        *(f"emulated: {kind}" for kind in _BOARD),
    ),
    "vm": (
        "cable pulled",
        "hang",
        "power cut",
        "emulator ended",
        "agent killed",
        "disk full",
        "clock jump",
        "host interrupted",
        "slow network",
        "disk read-only",
        "two hosts at once",
        "bundle altered at rest",
        "power cut after it",
    ),
}
COUNT = 200  # of a whole run, for each transport
EVENTS = 15  # a deployment's requests and file transfers: the fault comes before one of them


@dataclass(frozen=True)
class Fault:
    """One fault; `details` are drawn from the seed and the number."""

    transport: str
    number: int
    kind: str
    model: str  # of tests/data: one that goes through the link, or one that goes as a file
    event: int
    delay_s: float
    details: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        more = " ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.transport} {self.number}: {self.kind} {self.model} event={self.event} {more}".rstrip()


def fault(transport: str, number: int, seed: int = SEED) -> Fault:
    """The fault of a number; the kinds come in turn."""
    chosen = random.Random(f"{seed}:{transport}:{number}")
    kind = KINDS[transport][number % len(KINDS[transport])]
    if transport == "serial":
        return _serial(number, kind, chosen)
    model = chosen.choice(("kws_int8", "vww_int8"))
    event, delay_s = chosen.randrange(EVENTS), chosen.choice((0.0, 0.0, 0.002, 0.02, 0.1))
    details: dict[str, Any] = {}
    if transport == "vm":
        delay_s, details = chosen.choice((0.0, 0.0, 0.02, 0.1, 0.3, 0.8)), _on_a_vm(kind, chosen)
        if details.get("limits"):
            event = chosen.randrange(EVENTS - 3, EVENTS + 8)  # while the release is pending, or about to be
    if "disk" in kind:
        event = chosen.randrange(8)  # what is written after that needs no room
    elif "rest" in kind:
        event = chosen.randrange(5, EVENTS)  # the release is there
    if kind.startswith("line "):
        up = chosen.random() < 0.7
        most = (380_000 if model == "vww_int8" else 70_000) if up else 16_000
        details = {
            "what": kind.removeprefix("line "),
            "after": int(1_000 * (most / 1_000) ** chosen.random()),
            "up": up,
        }
    elif kind.startswith("link "):
        large = model == "kws_int8"  # the model goes through the link
        details = {"after": int(20 * (15_000 if large else 100) ** chosen.random())}
    elif kind == "runner altered at rest":
        details = {"at": chosen.random(), "bit": chosen.randrange(8)}
    elif "altered" in kind:
        # a small model goes through the link, in whose frames nothing can be altered unseen
        file = chosen.choice(("model", "manifest")) if model == "vww_int8" or "rest" in kind else "manifest"
        details = {"file": file, "at": chosen.random(), "bit": chosen.randrange(8)}
    return Fault(transport, number, kind, model, event, delay_s, details)


def _on_a_vm(kind: str, chosen: random.Random) -> dict[str, Any]:
    limits = chosen.random() < 0.4  # which the release must meet once it is active
    match kind:
        case "cable pulled" | "hang":
            # None: until the deployment has given up
            return {"for_s": chosen.choice((0.3, 2.0, 8.0, None)), "limits": limits}
        case "power cut" | "emulator ended":
            return {"without_agent": chosen.random() < 0.25, "limits": limits}
        case "agent killed" | "host interrupted":
            return {"limits": limits}
        case "power cut after it":
            return {"without_agent": chosen.random() < 0.25, "wait_s": chosen.choice((0.0, 0.5, 4.0))}
        case "disk full":
            return {"room": chosen.choice((0, 20_000, 200_000))}
        case "clock jump":
            return {"by_s": chosen.choice((86_400, 315_000_000, -86_400, -1_500_000_000))}
        case "slow network":
            return {"interval_us": chosen.choice((5_000, 20_000, 100_000))}
        case _:
            return {}


def _serial(number: int, kind: str, chosen: random.Random) -> Fault:
    """Over serial an event is a frame that the host sends."""
    details: dict[str, Any] = {}
    model = chosen.choice(("kws_int8", "mixed_int8"))
    frames = 30 if model == "kws_int8" else 18
    if kind.startswith("emulated: "):
        board = chosen.choice(("mps2-an386", "mps2-an386", "netduinoplus2"))
        model = "mixed_int8" if board == "netduinoplus2" else chosen.choice(("mixed_int8", "ad01_int8"))
        frames, details["board"] = 18, board
    event, delay_s = chosen.randrange(frames), chosen.choice((0.0, 0.0, 0.002, 0.02, 0.1))
    if not details:  # nothing takes long there
        delay_s /= 20
    match kind.removeprefix("emulated: "):
        case line if line.startswith("line "):
            up = chosen.random() < 0.7
            most = (52_000 if model == "kws_int8" else 9_000) if up else 1_200
            after = int(4 * (most / 4) ** chosen.random())
            details = {"what": line.removeprefix("line "), "after": after, "up": up, "count": chosen.randrange(1, 40)}
        case "power cut in an erase" | "power cut in programming":
            most = {"erase": (13, 2), "programming": (30, 6)}[kind.split()[-1]]
            details = {
                "step": chosen.randrange(most[model == "mixed_int8"]),
                "way": chosen.randrange(4),
                "seed": chosen.randrange(1 << 30),
            }
            details["returns"] = chosen.random() < 0.6
        case "runner killed":
            details = {"returns": chosen.random() < 0.6}
        case "port unplugged":
            details = {"returns": chosen.random() < 0.6, "powered by it": chosen.random() < 0.6}
        case "host interrupted":
            details |= {"part": chosen.random()}
        case "expired lock":
            details |= {"time": chosen.choice((1_000_000_000.0, 4_070_908_800.0))}  # also from before the clock was put
        case "slot damaged at rest":
            which = chosen.choice(("old before", "new while it is sent", "new afterwards"))
            details |= {"which": which, "at": chosen.random(), "bit": chosen.randrange(8)}
    return Fault("serial", number, kind, model, event, delay_s, details)
