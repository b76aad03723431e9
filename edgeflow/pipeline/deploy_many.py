"""The public verb `deploy_many`: one model onto several devices, onto the first of them before all others."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeflow.deploy.types import Deployment
from edgeflow.device.book import find_device
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceError, DeviceStatusError, EdgeflowError, UsageError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.progress import Progress, silent

JOBS = 8
_BEFORE_THE_SWITCH = ("upload", "health")  # the stages in which a deployment may still be given up
_WORST_FIRST = (130, 1, 4, 3, 7, 5, 6, 2)
_POLL_S = 0.2


@dataclass(frozen=True)
class Outcome:
    """What became of one device: a deployment, or why there is none; `begun` is False where it was not touched."""

    device: Device
    deployment: Deployment | None = None
    failure: EdgeflowError | KeyboardInterrupt | None = None
    begun: bool = True

    @property
    def exit_code(self) -> int:
        """The exit code of this device alone."""
        if self.failure is None:
            return 0
        return self.failure.exit_code if isinstance(self.failure, EdgeflowError) else 130


def deploy_many(
    model: Model | Path | str,
    devices: Sequence[Device | str],
    *,
    jobs: int = JOBS,
    told: Callable[[Outcome], None] = lambda _: None,
    progress_of: Callable[[Device], Progress] = lambda _: silent,
    **options: Any,
) -> tuple[Outcome, ...]:
    """Deploy to the first device and, only when it holds there, to the others, `jobs` at once.

    `options` are those of `deploy`. All devices are judged before any is touched, and DoesNotFitError then says what
    it does not fit. A device that cannot be reached or is busy does not keep the model from the others; one on which
    the release fails does, as far as these were not begun. Interrupted, those that have not switched yet keep their
    release. `told` hears of each outcome when it comes, from one thread at a time; the outcomes are in the devices'
    order.
    Raises UsageError for a device that is named twice, and what `deploy` raises before it touches a device.
    """
    model = model if isinstance(model, Model) else load_model(model)
    chosen = [device if isinstance(device, Device) else find_device(device) for device in devices]
    _check_different(chosen)
    for device in {(each.target, each.board): each for each in chosen}.values():
        if device.target is not None:
            deploy(model, device, **{**options, "dry_run": True})
    fleet = _Fleet(chosen, lambda device, progress: deploy(model, device, progress=progress, **options), told)
    fleet.run_first(progress_of)
    if fleet.outcomes[0].deployment is not None:
        fleet.run_others(max(1, jobs), progress_of)
    fleet.settle_untouched()
    return tuple(fleet.outcomes)


def worst_exit_code(outcomes: Sequence[Outcome]) -> int:
    """The exit code of the device that fared worst; 0 when all have the release."""
    found = {outcome.exit_code for outcome in outcomes}
    return next((code for code in _WORST_FIRST if code in found), max(found, default=0))


class _Fleet:
    """The devices, what became of them, and whether any more may be begun."""

    def __init__(
        self,
        devices: Sequence[Device],
        work: Callable[[Device, Progress], Deployment],
        told: Callable[[Outcome], None],
    ) -> None:
        self.outcomes = [Outcome(device, begun=False) for device in devices]
        self._work, self._told = work, told
        self._turn = threading.Lock()
        self._interrupted = threading.Event()
        self._failed = threading.Event()

    def run_first(self, progress_of: Callable[[Device], Progress]) -> None:
        """The first device, in this thread."""
        device = self.outcomes[0].device
        try:
            self._settle(0, Outcome(device, self._work(device, progress_of(device))))
        except (EdgeflowError, KeyboardInterrupt) as failure:
            self._settle(0, Outcome(device, failure=failure))

    def run_others(self, jobs: int, progress_of: Callable[[Device], Progress]) -> None:
        """All others; a second interrupt does not even wait for what is under way."""
        waiting = deque(range(1, len(self.outcomes)))
        # events, as a join that is interrupted takes a thread for ended (bpo-45274)
        ended = [threading.Event() for _ in range(min(jobs, len(waiting)))]
        for event in ended:
            # daemons: a process that ends does not wait for them, and devices see the connection's end
            threading.Thread(target=self._run_some, args=(waiting, progress_of, event), daemon=True).start()
        try:
            self._wait(ended)
        except KeyboardInterrupt:
            self._interrupted.set()
            try:
                self._wait(ended)
            except KeyboardInterrupt:
                for number, outcome in enumerate(self.outcomes):
                    if not outcome.begun and number not in waiting:
                        self._settle(number, Outcome(outcome.device, failure=KeyboardInterrupt()))

    def settle_untouched(self) -> None:
        """Say why of those that were not begun."""
        stopped_by = next((each for each in self.outcomes if each.failure and _is_the_release(each.failure)), None)
        stopped_by = stopped_by or next((each for each in self.outcomes if each.failure), None)
        for number, outcome in enumerate(self.outcomes):
            if outcome.begun:
                continue
            failure: EdgeflowError | KeyboardInterrupt = KeyboardInterrupt()
            if stopped_by is not None and not self._interrupted.is_set():
                failure = EdgeflowError(
                    f"{outcome.device.name} was not touched: it failed on {stopped_by.device.name}",
                    "once that is put right, the same command leaves devices alone that have the release",
                )
                failure.exit_code = stopped_by.exit_code
            self._settle(number, Outcome(outcome.device, failure=failure, begun=False))

    def _wait(self, ended: Sequence[threading.Event]) -> None:
        for event in ended:
            while not event.wait(_POLL_S):
                pass

    def _run_some(self, waiting: deque[int], progress_of: Callable[[Device], Progress], ended: threading.Event) -> None:
        while waiting and not (self._interrupted.is_set() or self._failed.is_set()):
            with contextlib.suppress(IndexError):  # another thread took the last one
                self._run_one(waiting.popleft(), progress_of)
        ended.set()

    def _run_one(self, number: int, progress_of: Callable[[Device], Progress]) -> None:
        device = self.outcomes[number].device
        try:
            done = Outcome(device, self._work(device, self._stopping(progress_of(device))))
        except (EdgeflowError, KeyboardInterrupt) as failure:
            done = Outcome(device, failure=failure)
            if _is_the_release(failure):
                self._failed.set()
        except Exception as failure:  # a thread has nobody above it: what went wrong is the device's outcome
            done = Outcome(device, failure=EdgeflowError(f"{device.name}: {type(failure).__name__}: {failure}"))
            self._failed.set()
        self._settle(number, done)

    def _stopping(self, progress: Progress) -> Progress:
        """`progress`, in which a deployment that has not switched meets the interrupt of the main thread."""

        def show(stage: str, done: int, total: int | None) -> None:
            if self._interrupted.is_set() and stage in _BEFORE_THE_SWITCH:
                raise KeyboardInterrupt
            progress(stage, done, total)

        return show

    def _settle(self, number: int, outcome: Outcome) -> None:
        with self._turn:
            self.outcomes[number] = outcome
            self._told(outcome)


def _is_the_release(failure: EdgeflowError | KeyboardInterrupt) -> bool:
    """Whether a failure speaks against the release, rather than of one device that is away, busy or not what it was."""
    if isinstance(failure, DeviceError):
        return isinstance(failure, DeviceStatusError) and not isinstance(failure, DeviceBusyError)
    return True


def _check_different(devices: Sequence[Device]) -> None:
    seen: dict[tuple[str, str | None], Device] = {}
    for device in devices:
        other = seen.setdefault((str(device.address), device.base), device)
        if other is not device:
            names = device.name if device.name == other.name else f"{other.name} and {device.name}"
            raise UsageError(f"{names}: the same device twice ({device.address})", "name each device once")
    if not devices:
        raise UsageError("no device to deploy to", "name them with --device")
