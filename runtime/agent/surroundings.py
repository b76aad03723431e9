"""Readings of the conditions while a model runs, taken between its runs, about one a second."""

from __future__ import annotations

import os
import time
from typing import Dict, List, NamedTuple, Optional

from . import system

_INTERVAL_NS = 1_000_000_000
_READINGS_MAX = 512  # then every other one goes, and the interval doubles
_OTHERS_MIN_S = 0.25  # the kernel counts CPU time in hundredths of a second


class Reading(NamedTuple):
    at_ms: int
    conditions: Dict[str, str]


class Surroundings:
    """The readings of one INVOKE."""

    def __init__(self, root: str = system.ROOT) -> None:
        self.readings: List[Reading] = []
        self._root, self._begin_ns = root, time.perf_counter_ns()
        self._interval_ns, self._next_ns = _INTERVAL_NS, self._begin_ns
        self._at_s: Optional[float] = None
        self._others_s = 0.0

    def look(self, at_once: bool = False) -> None:
        """Take a reading where one is due; without one this costs a reading of the clock."""
        now = time.perf_counter_ns()
        if now < self._next_ns and not at_once:
            return
        found = system.changing(self._root)
        others = self._others()
        if others is not None:
            found["others_cpus"] = f"{others:.2f}"
        self.readings.append(Reading((now - self._begin_ns) // 1_000_000, found))
        if len(self.readings) >= _READINGS_MAX:
            del self.readings[1::2]
            self._interval_ns *= 2
        self._next_ns = time.perf_counter_ns() + self._interval_ns

    def _others(self) -> Optional[float]:
        """How many CPUs programs other than this one have used since the last reading that was long enough ago."""
        busy = system.busy_s(self._root)
        if busy is None:
            return None
        own, now = os.times(), time.perf_counter()
        others = busy - own.user - own.system
        before, begin = self._others_s, self._at_s
        if begin is not None and now - begin < _OTHERS_MIN_S:
            return None
        self._others_s, self._at_s = others, now
        return None if begin is None else max(0.0, others - before) / (now - begin)
