"""What a source would become and cost, told before it is converted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgeflow.convert.tensorflow_operators import Becoming, becoming
from edgeflow.convert.types import Source
from edgeflow.convert.worker import Worker
from edgeflow.progress import Progress, silent

# of a .tflite beside its weights, fitted to conversions: signature and tables, each operator with its tensors, and in
# int8 scale and zero point (4 + 8 bytes) of each channel's weights and bias
_HEAD_BYTES = 900
_OPERATOR_BYTES = 300
_CHANNEL_BYTES = 24


@dataclass(frozen=True)
class SourceOperator:
    """All operators of one name and dtype; `layers` are the first few nodes that hold them.

    `keras_layers` and `lines` (`file:line` of the author's code) say where these nodes come from, where that is known.
    """

    name: str
    dtype: str
    count: int
    layers: tuple[str, ...]
    becoming: Becoming
    keras_layers: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """Bytes of a `.tflite` in one form: its weights, the file, the largest tensor, and the most alive at once.

    The last two are None for a graph that keeps state.
    """

    weight_bytes: int
    model_bytes: int
    largest_bytes: int | None
    peak_bytes: int | None


@dataclass(frozen=True)
class SurveyedSignature:
    """One signature's costs. MACs of operators in `macs_unknown` are not counted; loops count once."""

    key: str
    operators: tuple[SourceOperator, ...]
    macs: int
    macs_unknown: tuple[str, ...]
    largest_layer: str
    as_float: Estimate
    as_int8: Estimate


@dataclass(frozen=True)
class Survey:
    """A source before conversion; `parameters` counts the elements of its variables."""

    source: Source
    parameters: int
    signatures: tuple[SurveyedSignature, ...]


def survey_source(source: Source, worker: Worker, *, timeout_s: float, progress: Progress = silent) -> Survey:
    """Have the conversion child read a source's graph; raises what is wrong with it."""
    request = {
        "do": "survey",
        "source": {**asdict(source), "path": str(source.path)},
        "folder": str(Path.cwd()),
    }
    answer = worker.request(request, progress=progress, timeout_s=timeout_s, subject=f"looking at {source.origin}")
    return Survey(source, answer["parameters"], tuple(_signature(item) for item in answer["signatures"]))


def int8_model_bytes(exact_bytes: int, channels: int) -> int:
    """Bytes of a `.tflite` whose `channels` of weights and biases have a scale and a zero point each."""
    return exact_bytes + _CHANNEL_BYTES * channels


def gpu_verdict(model: Path, worker: Worker, *, timeout_s: float) -> tuple[str, bool, tuple[str, ...]]:
    """TensorFlow's version, whether its analyzer calls a `.tflite` fit for the GPU delegate, and its objections."""
    request = {"do": "gpu", "model": str(model.absolute())}
    answer = worker.request(request, timeout_s=timeout_s, subject=f"asking about the GPU delegate and {model}")
    return answer["version"], bool(answer["compatible"]), tuple(answer["findings"])


def _signature(item: Mapping[str, Any]) -> SurveyedSignature:
    operators = tuple(
        SourceOperator(
            o["name"],
            o["dtype"],
            o["count"],
            tuple(o["layers"]),
            becoming(o["name"], o["dtype"]),
            tuple(o["keras_layers"]),
            tuple(o["lines"]),
        )
        for o in item["operators"]
    )
    beside = _HEAD_BYTES + _OPERATOR_BYTES * item["kept"]
    scales = int8_model_bytes(0, item["channels"])
    estimates = [
        Estimate(item[weights], item[weights] + more, item[largest], item[peak])
        for weights, more, largest, peak in (
            ("float_weight_bytes", beside, "largest_bytes", "peak_bytes"),
            ("int8_weight_bytes", beside + scales, "largest_int8_bytes", "peak_int8_bytes"),
        )
    ]
    return SurveyedSignature(
        item["key"], operators, item["macs"], tuple(item["macs_unknown"]), item["largest_layer"], *estimates
    )
