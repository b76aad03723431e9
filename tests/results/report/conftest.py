"""Runs to report on: a fleet of the size of a year's work, and names that mean harm."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from edgeflow.results.recording import to_stored
from edgeflow.results.store import Stored
from tests.results.conftest import make_result

OPERATORS = ("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "FULLY_CONNECTED", "SOFTMAX")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>|`$x_{1}$`*\n\u202e\"'&amp;"


def statistics_of(rounds: list[list[float]]) -> dict[str, Any]:
    """Statistics of the kind that bench gives, without its bootstrap."""
    every = np.concatenate(rounds)
    p50, p90, p99 = (float(value) for value in np.percentile(every, (50, 90, 99)))
    found = {"count": len(every), "min": float(every.min()), "mean": float(every.mean()), "max": float(every.max())}
    mad = float(np.median(np.abs(every - p50)))
    return found | {"p50": p50, "p90": p90, "p99": p99, "mad": mad, "ci95_p50": [0.98 * p50, 1.02 * p50]}


def timed(
    number: int, *, model: str = "kws_int8", device: str = "pi4", day: int = 1, us: float = 900.0, samples: int = 200
) -> dict[str, Any]:
    """A run on a Linux device with rounds, phases of memory and operators."""
    draw = random.Random(number)
    rounds = [[us * draw.lognormvariate(0, 0.05) for _ in range(samples // 4)] for _ in range(4)]
    latency = statistics_of(rounds)
    found = make_result(f"20260101T000000Z-{number:08x}")
    costs = [5, 2, 4, 1, 0.1]
    entries = [
        {"index": i, "name": name, "kernel": None, "us": cost * 80, "instructions": None, "share": cost / sum(costs)}
        for i, (name, cost) in enumerate(zip(OPERATORS, costs, strict=True))
    ]
    return found | {
        "created": f"2026-{1 + day // 28:02}-{1 + day % 28:02}T08:00:00+00:00",
        "model": {"name": model, "sha256": f"{sum(model.encode()) % 256:02x}" * 32, "bytes": 30_000 + 9 * len(model)},
        "device": found["device"] | {"name": device},
        "latency_us": {
            **latency,
            "rounds": [{"init_us": 5000.0, "first_invoke_us": 1500.0, "samples": r} for r in rounds],
        },
        "memory_bytes": found["memory_bytes"]
        | {
            "phases": {"import": 30 << 20, "load": 32 << 20, "allocate": 36 << 20, "first_invoke": 38 << 20}
            | {"steady": 38 << 20}
        },
        "per_operator": [entry | {"method": "alone, without delegates"} for entry in entries],
        "conditions": {
            "before": {"governor": "performance", "load": "0.1", "temperature": "45.5", "throttled": None},
            "during": [{"round": "0", "load": "0.7"}, {"round": "1", "load": "0.9"}],
            "after": {"governor": "performance", "load": "1.0", "temperature": "51.0", "throttled": None},
            "tuning": {"asked": {"pin": "2"}},
            "runs_per_sample": [1, 1, 1, 1],
        },
        "trusted": number % 5 != 0,
        "reasons": [] if number % 5 else ["drifting: the last third of the runs took +9% against the first"],
    }


def counted(number: int, *, model: str = "kws_int8", device: str = "qemu:mps2-an386", day: int = 1) -> dict[str, Any]:
    """A run on an emulated microcontroller."""
    found = make_result(f"20260101T000000Z-{number:08x}")
    return found | {
        "created": f"2026-01-{1 + day:02}T08:00:00+00:00",
        "model": found["model"] | {"name": model},
        "device": found["device"] | {"name": device, "emulated": True, "target": "cortex-m4"},
        "runtime": found["runtime"] | {"name": "edgeflow", "api": None, "delegate": None},
        "build": {"toolchain": "arm-none-eabi-gcc 12.2", "flags": "-O2", "aot": False},
        "latency_us": None,
        "init_us": None,
        "first_invoke_us": None,
        "instructions": {"init": 9000, "per_invoke": 4_000_000 + number},
        "memory_bytes": found["memory_bytes"]
        | {"peak_rss": None, "arena_planned": 8192, "arena_persistent": 2048, "stack": 1800},
    }


def validated(number: int, *, model_sha256: str, device: str = "pi4", accuracy: float = 0.91) -> dict[str, Any]:
    error = {"name": "y", "elements": 10, "differing": 1, "max_abs": 0.004, "mean_abs": 0.001, "cosine": 1.0}
    error |= {"max_lsb": 1.0, "top1": 1.0, "non_finite": 0, "snr_db": 40.0}
    found = make_result()
    return {
        "schema": "edgeflow.validation/1",
        "run_id": f"20260102T000000Z-{number:08x}",
        "created": "2026-01-02T00:00:00+00:00",
        "model": {"name": "kws_int8", "sha256": model_sha256, "bytes": 30_000},
        "device": found["device"] | {"name": device},
        "runtime": found["runtime"],
        "signature": None,
        "data": "data.npz",
        "samples": 100,
        "tolerance": {"lsb": 1.0, "relative": 0.001},
        "against": [
            {"name": name, "errors": [error], "scores": {"top-1": accuracy}, "within": True}
            for name in ("reference", "default")
        ],
        "scores": {"top-1": accuracy},
        "drop": 0.002,
        "max_drop": None,
        "divergence": None,
        "matches": True,
    }


def small_fleet() -> list[Stored]:
    """Two devices, three models, times and instructions, a validation, an emulated Linux board."""
    documents = [
        timed(1, day=1),
        timed(2, day=9, us=850),
        timed(3, day=20, us=700),
        timed(4, model="kws_float32", day=20, us=2100),
        timed(5, model="kws_float32", device="pi5", day=21, us=1100),
        timed(6, device="pi5", day=22, us=400),
        counted(7, day=2),
        counted(8, model="kws_float32", day=3),
        validated(9, model_sha256=timed(1)["model"]["sha256"]),
        validated(10, model_sha256=timed(4, model="kws_float32")["model"]["sha256"], accuracy=0.93),
    ]
    emulated = timed(11, device="qemu:arm64-virt", us=9000)
    emulated |= {"device": emulated["device"] | {"emulated": True}, "trusted": False, "reasons": ["emulated"]}
    return [to_stored(document) for document in [*documents, emulated]]


def large_fleet() -> list[Stored]:
    """200 runs: 6 models on 10 devices, some over time."""
    return [
        to_stored(timed(n, model=f"model_{n % 6}_int8", device=f"board-{n % 10}", day=n // 4, samples=2000, us=50 + n))
        for n in range(200)
    ]


def hostile_fleet() -> list[Stored]:
    """Names, reasons, conditions and tags that would break out of HTML, SVG, Markdown or a terminal."""
    found = []
    for number in range(2):
        run = timed(number + 1, model=HOSTILE, device=HOSTILE, day=number)
        run |= {"trusted": False, "reasons": [HOSTILE], "conditions": {"before": {HOSTILE: HOSTILE}, "after": {}}}
        run |= {"per_operator": [entry | {"name": HOSTILE, "kernel": HOSTILE} for entry in run["per_operator"]]}
        run |= {"run_id": f'x" onclick="alert(3)-{number}'}
        found.append(to_stored(run, tags=("<b>tag</b>",)))
    other = timed(3, model=f"{HOSTILE}2", device=HOSTILE, day=3)
    return [*found, to_stored(other)]
