"""How large blocks are and how long a silence is a loss: learned from how the line behaves."""

from __future__ import annotations

_SMALLEST_BLOCK = 64
_CLEAN_BLOCKS = 8  # this many in a row without trouble, and blocks grow again
_FIRST_SILENCE_S = 1.0
_SHORTEST_SILENCE_S = 0.25
_LONGEST_SILENCE_S = 8.0
_ATTEMPTS = 24


class Pace:
    """Blocks shrink by half at each loss and grow back; a reply is late after four usual round trips."""

    def __init__(self, largest_block: int) -> None:
        self.block_bytes = self._largest = max(_SMALLEST_BLOCK, largest_block)
        self.silence_s = _FIRST_SILENCE_S
        self._round_trip_s: float | None = None
        self._clean = self.failures = 0

    @property
    def hopeless(self) -> bool:
        """Whether so many losses came in a row that nothing gets through."""
        return self.failures >= _ATTEMPTS

    def arrived(self, round_trip_s: float) -> None:
        """A block was answered."""
        usual = self._round_trip_s
        self._round_trip_s = round_trip_s if usual is None else 0.8 * usual + 0.2 * round_trip_s
        self.silence_s = min(max(4 * self._round_trip_s, _SHORTEST_SILENCE_S), _LONGEST_SILENCE_S)
        self.failures = 0
        self._clean += 1
        if self._clean >= _CLEAN_BLOCKS:
            self._clean = 0
            self.block_bytes = min(2 * self.block_bytes, self._largest)

    def lost(self) -> None:
        """A block or its answer was lost."""
        self.failures += 1
        self._clean = 0
        self.block_bytes = max(_SMALLEST_BLOCK, self.block_bytes // 2)

    def silent(self) -> None:
        """Nothing came for `silence_s`."""
        self.lost()
        self.silence_s = min(2 * self.silence_s, _LONGEST_SILENCE_S)
