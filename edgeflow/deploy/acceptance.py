"""Whether a release that was just switched to holds up: so many inferences, within limits and in time."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

from edgeflow.deploy.types import Accepted, Bundle
from edgeflow.device.session import Session
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, EdgeflowError, UsageError
from edgeflow.wire.constants import Reset, Slots

_MAX_MS = 2**32 - 1


@dataclass(frozen=True)
class Acceptance:
    """What a release must do once it is active: `runs` inferences within `within_s` seconds of running.

    `p99_us` and `rss_bytes` are limits, None for none: for the 99th percentile of them by the device's own clock, and
    for the memory of the process that runs them, or of the application's processes where there is one.
    """

    runs: int = 20
    p99_us: float | None = None
    rss_bytes: int | None = None
    within_s: float = 60.0


def check_can_accept(session: Session, device: Device, wanted: Acceptance) -> None:
    """Raise UsageError, before anything is touched, when the device cannot tell what a limit is about."""
    on_files = session.hello.slots == Slots.FILES
    if wanted.p99_us is not None and not on_files and device.address.scheme == "qemu":
        raise UsageError(
            f"{device.name} is emulated and counts instructions, which are no time", "leave out the limit of p99"
        )
    if wanted.rss_bytes is not None and not on_files:
        raise UsageError(f"{device.name} has no processes whose memory could grow", "leave out the limit of memory")


def check_acceptance(session: Session, bundle: Bundle, wanted: Acceptance) -> Accepted:
    """Run the active release. Raises EdgeflowError naming every limit that was missed."""
    on_files = session.hello.slots == Slots.FILES
    opened = session.open(bundle.name if on_files else "")
    try:
        for info, data in zip(opened.inputs, feed_random(opened.inputs, bundle.golden_seed).data, strict=True):
            session.write_input(info.index, data)
        max_ms = min(_MAX_MS, math.ceil(wanted.within_s * 1000))
        invoked = session.invoke(max_runs=wanted.runs, max_ms=max_ms)
        rss = _rss(session, bundle) if on_files else None
    finally:
        with contextlib.suppress(DeviceError):  # a broken link has its reason already
            session.reset(Reset.CLOSE)
    ordered = sorted(tick / invoked.batch for tick in invoked.samples)
    runs = len(ordered) * invoked.batch
    p99 = ordered[math.ceil(0.99 * len(ordered)) - 1] * 1e6 / session.hello.ticks_hz if ordered else None
    missed = []
    if runs < wanted.runs:
        missed.append(f"{runs} of {wanted.runs} inferences within {wanted.within_s:g} s")
    if wanted.p99_us is not None and p99 is not None and p99 > wanted.p99_us:
        missed.append(f"p99 {p99:.4g} µs, allowed are {wanted.p99_us:.4g}")
    if wanted.rss_bytes is not None and rss is not None and rss > wanted.rss_bytes:
        missed.append(f"memory {rss} bytes, allowed are {wanted.rss_bytes}")
    if missed:
        raise EdgeflowError(f"{bundle.name}: {'; '.join(missed)}")
    return Accepted(runs, p99, rss)


def _rss(session: Session, bundle: Bundle) -> int | None:
    if bundle.app is None:
        return session.memory().get("peak_rss")
    found = session.models.app(bundle.name).get("peak_rss_bytes", "")
    return int(found) if found.isdigit() else None
