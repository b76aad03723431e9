"""Seeded synthetic data that the test models are trained, calibrated and tested on."""

from __future__ import annotations

import numpy as np

SEED = 20261120


def prototypes(shape: tuple[int, ...], classes: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` noisy copies of one smooth random pattern a class, float32 in about [-1, 1], with their labels."""
    rng = np.random.default_rng(SEED)
    patterns = rng.normal(size=(classes, *shape)).astype(np.float32)
    for axis in range(1, min(len(shape), 2) + 1):
        for _ in range(3):
            patterns = (np.roll(patterns, 1, axis) + 2 * patterns + np.roll(patterns, -1, axis)) / 4
    patterns /= np.abs(patterns).max(axis=tuple(range(1, patterns.ndim)), keepdims=True)
    labels = rng.integers(0, classes, count)
    noise = rng.normal(scale=0.25, size=(count, *shape)).astype(np.float32)
    return np.clip(patterns[labels] + noise, -1, 1).astype(np.float32), labels.astype(np.int32)
