"""Which samples calibrate a conversion and on which ones its result is compared with the source."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass

from edgeflow.convert import calibration
from edgeflow.convert.arrays import Arrays
from edgeflow.convert.types import Calibration, Description, Scaling, SourceSignature
from edgeflow.errors import UsageError

CHECK_SAMPLES = 100  # at most so many samples are compared with the source
CHECK_BYTES = 256 * 1024 * 1024  # of their outputs at most, whatever the number
RANDOM_SAMPLES = 8


@dataclass(frozen=True)
class Inputs:
    """`calibrating` holds all samples, `compared` some by signature, None for a signature that cannot be driven.

    `origin` and `count` say what is compared on: `representative` or `random:SEED`, and how many samples.
    """

    calibrating: Arrays | None
    compared: Mapping[str, Arrays | None]
    calibration: Calibration | None
    origin: str
    count: int
    remarks: tuple[str, ...]


def choose_inputs(
    described: Description,
    data: calibration.Representative | None,
    max_samples: int,
    scaling: Scaling | None = None,
) -> Inputs:
    """Take the user's data, or seeded random samples where there is none.

    Raises UsageError where the data does not fit the source's one signature.
    """
    if data is None:
        compared = {signature.key: _random(signature) for signature in described.signatures}
        return Inputs(None, compared, None, f"random:{calibration.SEED}", RANDOM_SAMPLES, ())
    if len(described.signatures) != 1:
        raise UsageError(
            f"representative data for one of {len(described.signatures)} signatures",
            f"choose it with --signature: {', '.join(s.key for s in described.signatures)}",
        )
    signature = described.signatures[0]
    origin = str(data) if isinstance(data, str | os.PathLike) else "representative data"
    samples, told = calibration.collect(data, signature, max_samples, origin, scaling)
    count = min(told.samples, comparable(signature))
    few = calibration.thinned(samples, count)
    remarks = (*told.remarks, *calibration.remarks(samples))
    return Inputs(samples, {signature.key: few}, told, "representative", count, remarks)


def comparable(signature: SourceSignature) -> int:
    """How many samples to compare, so that the outputs stay within `CHECK_BYTES`; eight bytes an element."""
    elements = sum(math.prod(max(n, 1) for n in port.shape) for port in signature.outputs)
    return max(1, min(CHECK_SAMPLES, CHECK_BYTES // (8 * max(elements, 1))))


def _random(signature: SourceSignature) -> Arrays | None:
    try:
        return calibration.random_samples(signature, RANDOM_SAMPLES)
    except TypeError:  # strings and other dtypes that numpy has no numbers for
        return None
