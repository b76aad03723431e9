"""The public verb `validate`: the same inputs on the device and on the host."""

from __future__ import annotations

import os
import secrets
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeflow.bench.clock import clock_of
from edgeflow.bench.facts import device_facts, runtime_facts
from edgeflow.bench.types import ModelFacts
from edgeflow.convert.arrays import Arrays
from edgeflow.device.ahead import ahead_image, check_optimized
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.custom_operators import CustomOperators, read_custom_operators
from edgeflow.device.runtime_choice import api_of, with_runtime
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError, ModelError, UsageError
from edgeflow.generate.context import Optimize
from edgeflow.model.compare import difference
from edgeflow.model.read import load_model
from edgeflow.model.real import is_quantized, real
from edgeflow.model.types import NUMPY_DTYPES, Model, Signature, Tensor
from edgeflow.pipeline.accuracy import outputs_of_source
from edgeflow.pipeline.results import record
from edgeflow.progress import Progress, silent
from edgeflow.results.digests import digests_of
from edgeflow.results.store import check_tags
from edgeflow.validate.accuracy import Metric, load_metric, pick_output, score
from edgeflow.validate.dataset import Data, Dataset, read_dataset, samples_for
from edgeflow.validate.exposed import exposed
from edgeflow.validate.models import entry, ports, raw, run_model, run_raw
from edgeflow.validate.on_device import run_on_device
from edgeflow.validate.types import EXACT_ENOUGH, Against, Divergence, Tolerance, Validation
from edgeflow.validate.validation import diverging, errors_between, is_within
from edgeflow.wire.constants import Slots

_RANDOM_SAMPLES = 8
_STEP_SAMPLES = 4  # for the comparison operator by operator
_KERNELS = ("reference", "default")


@dataclass(frozen=True)
class Options:
    """How the device opens the model."""

    threads: int
    api: str
    delegate: str
    library: CustomOperators | None


def validate(
    model: Model | Path | str,
    device: Device | str | None = None,
    *,
    data: Data | None = None,
    labels: npt.NDArray[np.generic] | str | os.PathLike[str] | None = None,
    source: str | os.PathLike[str] | None = None,
    output: str | None = None,
    metric: str | Metric | None = None,
    top_k: Sequence[int] = (1, 5),
    tolerance: Tolerance = EXACT_ENOUGH,
    max_accuracy_drop: float | None = None,
    per_layer: bool = False,
    signature: str | None = None,
    max_samples: int | None = None,
    threads: int = 1,
    api: str = "",
    delegate: str = "",
    runtime: str = "",
    custom_ops: Path | str | None = None,
    seed: int = 0,
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    aot: bool = False,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    tags: Sequence[str] = (),
    store: Path | str | None = None,
    progress: Progress = silent,
) -> Validation:
    """Run the same samples on the device and, by LiteRT's reference and default kernels, here.

    `data` as `accuracy` takes it, seeded random samples without; `source` (a float `.tflite`, or what `convert`
    takes) is run too. `per_layer` compares operator by operator and finds the first that differs. The device has to
    be within `tolerance` of one of LiteRT's two answers; a mismatch is no error here, `matches` says it. The answer is
    kept in `store` with `tags`. Raises UsageError, ModelError, DeviceError and its kinds.
    """
    arguments = {
        "model": str(Path(model.path if isinstance(model, Model) else model).absolute()),
        "device": device.name if isinstance(device, Device) else device,
        "data": _absolute(data),
        "labels": _absolute(labels),
        "source": _absolute(source),
        "output": output,
        "metric": metric,
        "top_k": list(top_k),
        "tolerance": asdict(tolerance),
        "max_accuracy_drop": max_accuracy_drop,
        "per_layer": per_layer,
        "signature": signature,
        "max_samples": max_samples,
        "threads": threads,
        "api": api,
        "delegate": delegate,
        "runtime": runtime,
        "custom_ops": _absolute(custom_ops),
        "seed": seed,
        "aot": aot,
        "optimize": optimize,
        "ram_bytes": ram_bytes,
    }
    replayable = all(value is None or isinstance(value, str | os.PathLike) for value in (data, labels, metric))
    check_tags(tags)
    check_optimized(aot, optimize, ram_bytes)
    model = model if isinstance(model, Model) else load_model(model)
    found = with_runtime(device if isinstance(device, Device) else find_device(device), runtime)
    taken = entry(model, signature)
    library = None if custom_ops is None else read_custom_operators(custom_ops)
    chosen = load_metric(metric) if isinstance(metric, str) else None
    if metric is not None and not isinstance(metric, str):
        chosen = (getattr(metric, "__name__", "metric"), metric)
    how = Options(threads, api_of(found, api or ("compiled-model" if library else "")), delegate, library)
    dataset = read_dataset(_random(model, taken, seed) if data is None else data, labels, max_samples)
    if max_accuracy_drop is not None and dataset.labels is None and chosen is None:
        raise UsageError("an accuracy drop needs to know what is right", "give --labels or --metric")
    samples = raw(model, taken, samples_for(dataset, ports(model, taken), model.name))
    tensors = {name: model.subgraphs[taken.subgraph].tensors[index] for name, index in taken.outputs}
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        host: dict[str, Arrays] = {}
        for kernels in _KERNELS:
            progress("on this machine", len(host), len(_KERNELS))
            host[kernels] = run_raw(
                model, taken, samples, folder, timeout_s=600, library=library.path if library else None, kernels=kernels
            )
        progress("on this machine", len(host), len(_KERNELS))
        built = (
            ahead_image(found, model, signature, optimize=optimize, ram_bytes=ram_bytes, progress=progress)
            if aot
            else None
        )
        image = built.image.path if built else None
        with connect(found, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh, image=image) as session:
            on_device = _on_device(session, model, taken, samples, how, progress)
            conditions = session.conditions()
            clock = clock_of(session.hello, conditions, emulated=found.address.scheme == "qemu")
            divergence = None
            if per_layer:
                few = {key: array[:_STEP_SAMPLES] for key, array in samples.items()}
                divergence = _divergence(session, model, taken, few, tolerance, folder, how, progress)
            facts = device_facts(found, session.hello, conditions, clock)
            ran = runtime_facts(session.hello, conditions, threads=threads, api=how.api)

        def scores(values: Arrays) -> Mapping[str, float]:
            if dataset.labels is None and chosen is None:
                return {}
            picked = None if chosen else pick_output(values, output)
            return score(values, dataset.labels, picked, top_k, chosen)

        against = []
        for kernels, outputs in host.items():
            errors = errors_between(outputs, on_device, tensors)
            near_enough = is_within(errors, outputs, tolerance)
            against.append(Against(kernels, errors, scores(_real(outputs, tensors)), near_enough))
        own = scores(_real(on_device, tensors))
        if source is not None:
            against.insert(0, _against_source(source, model, taken, dataset, on_device, folder, scores))
    drop = _drop(against, own)
    matches = any(other.within for other in against) and not (
        max_accuracy_drop is not None and drop is not None and drop > max_accuracy_drop + 1e-12
    )
    validation = Validation(
        run_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=ModelFacts(model.name, model.sha256, model.size),
        device=facts,
        runtime=ran,
        signature=taken.key or None,
        data=dataset.origin if data is not None else f"random:{seed}",
        samples=dataset.count,
        tolerance=tolerance,
        against=tuple(against),
        scores=own,
        drop=drop,
        max_drop=max_accuracy_drop,
        divergence=divergence,
        matches=matches,
    )
    if replayable:
        files = (arguments[name] for name in ("data", "labels", "source", "custom_ops"))
        arguments["digests"] = digests_of(str(path) for path in files if path is not None)
    record(validation.to_json(), arguments if replayable else None, tags=tags, store=store)
    return validation


def _absolute(given: object) -> str | None:
    """A path in full, as it is given otherwise: labels may be an array's name within the data."""
    if not isinstance(given, str | os.PathLike):
        return None
    path = Path(given)
    return str(path.absolute() if path.exists() else given)


def _real(outputs: Arrays, tensors: Mapping[str, Tensor]) -> Arrays:
    return {name: real(array, tensors[name]) for name, array in outputs.items()}


def _random(model: Model, signature: Signature, seed: int) -> dict[str, npt.NDArray[np.generic]]:
    """Seeded samples: quantized inputs over their whole range, floats in -1…1, other integers 0 or 1 (indices)."""
    made: dict[str, npt.NDArray[np.generic]] = {}
    for name, index in signature.inputs:
        tensor = model.subgraphs[signature.subgraph].tensors[index]
        generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
        shape = (_RANDOM_SAMPLES, *(abs(size) for size in tensor.shape_signature))
        dtype = NUMPY_DTYPES[tensor.dtype]
        if is_quantized(tensor):
            limits = np.iinfo(dtype)
            made[name] = real(generator.integers(limits.min, limits.max, shape, dtype, endpoint=True), tensor)
        elif dtype.kind == "f":
            made[name] = generator.uniform(-1, 1, shape).astype(dtype)
        else:
            made[name] = generator.integers(0, 2, shape).astype(dtype)
    return made


def _on_device(
    session: Session,
    model: Model,
    signature: Signature,
    samples: Arrays,
    how: Options,
    progress: Progress,
) -> Arrays:
    opened = session.open(
        session.models.place(model, progress=progress),
        signature=signature.key,
        threads=how.threads,
        api=how.api,
        delegate=how.delegate,
        shapes={},
        library=session.models.place_library(how.library, progress=progress),
    )
    return run_on_device(session, opened, model, signature, samples, progress)


def _divergence(
    session: Session,
    model: Model,
    signature: Signature,
    samples: Arrays,
    tolerance: Tolerance,
    folder: Path,
    how: Options,
    progress: Progress,
) -> Divergence:
    """Operator by operator, where the device can run the model with all of their outputs exposed."""
    graph = model.subgraphs[signature.subgraph]
    if session.hello.slots == Slots.NONE:
        return Divergence((), None, "a model built ahead of time shows its outputs alone")
    try:
        whole, ends = exposed(model, signature.subgraph)
        path = folder / "exposed.tflite"
        path.write_bytes(whole.content)
        whole = load_model(path)
        by_tensor = {index: samples[name] for name, index in signature.inputs}
        given = {place: by_tensor[index] for place, index in ends.inputs}
        expected = run_raw(whole, ends, given, folder, timeout_s=600, kernels="reference")
        session.restart()
        actual = _on_device(session, whole, ends, given, how, progress)
    except (DeviceStatusError, ModelError) as refusal:
        return Divergence((), None, f"with all intermediate outputs: {refusal.message}")
    return diverging(graph, expected, actual, tolerance)


def _against_source(
    source: str | os.PathLike[str],
    model: Model,
    signature: Signature,
    dataset: Dataset,
    actual: Arrays,
    folder: Path,
    scores: Callable[[Arrays], Mapping[str, float]],
) -> Against:
    """The source's outputs, by the model's names where they are others; they carry no verdict, LiteRT's do."""
    if Path(source).suffix == ".tflite":
        other = load_model(Path(source))
        ends = entry(other, signature.key if other.signatures and signature.key else None)
        outputs = run_model(other, ends, samples_for(dataset, ports(other, ends), str(source)), folder, timeout_s=600)
    else:
        _, outputs = outputs_of_source(source, dataset, signature.key or None, folder)
    if len(outputs) != len(signature.outputs):
        raise UsageError(f"{source} has {len(outputs)} outputs, the model {len(signature.outputs)}", "give its source")
    names = [name for name, _ in signature.outputs]
    renamed = outputs if set(outputs) == set(names) else dict(zip(names, outputs.values(), strict=True))
    graph = model.subgraphs[signature.subgraph]
    errors = []
    for name, index in signature.outputs:
        tensor, want = graph.tensors[index], renamed[name]
        have = real(actual[name], tensor)
        if have.size != want.size:
            raise UsageError(
                f"{source}: output {name} has shape {list(want.shape)}, not {list(have.shape)}", "give its source"
            )
        step = tensor.quantization.scale[0] if is_quantized(tensor) and tensor.quantization else None
        errors.append(difference(name, want, have.reshape(want.shape), step=step))
    return Against("source", tuple(errors), scores(renamed), None)


def _drop(against: Sequence[Against], own: Mapping[str, float]) -> float | None:
    """How far the device's first score lies below the source's, else below the better of LiteRT's."""
    if not own:
        return None
    name, value = next(iter(own.items()))
    best = against[0].scores[name] if against[0].name == "source" else max(other.scores[name] for other in against)
    return best - value
