"""`accuracy`: source, float and quantized models side by side on the same data."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeflow.convert import worker as workers
from edgeflow.convert.arrays import Arrays
from edgeflow.convert.calibration import digest, thinned
from edgeflow.convert.inputs import Inputs
from edgeflow.convert.job import Job
from edgeflow.convert.sources import open_source
from edgeflow.convert.types import Calibration, Reading, Source, SourceSignature
from edgeflow.device.custom_operators import read_custom_operators
from edgeflow.errors import UsageError
from edgeflow.model.compare import Difference, difference
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.validate.accuracy import Accuracy, Metric, Scored, load_metric, pick_output, score
from edgeflow.validate.dataset import Data, Dataset, read_dataset, samples_for
from edgeflow.validate.layers import SAMPLES, LayerReport, has_quantized_operators, measure_layers
from edgeflow.validate.models import entry, ports, run_model, steps

Array = npt.NDArray[np.generic]


def accuracy(
    models: Model | Path | str | Sequence[Model | Path | str],
    data: Data,
    *,
    labels: Array | str | os.PathLike[str] | None = None,
    source: str | os.PathLike[str] | Source | None = None,
    output: str | None = None,
    top_k: Sequence[int] = (1, 5),
    metric: str | Metric | None = None,
    max_accuracy_drop: float | None = None,
    per_layer: bool = False,
    signature: str | None = None,
    max_samples: int | None = None,
    reading: Reading | None = None,
    custom_ops: str | os.PathLike[str] | None = None,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> Accuracy:
    """Run models on labelled or unlabelled data and say how often each is right and how far off the reference.

    `data`: `.npz`, `.npy` or arrays by input name, real values, first axis samples; one array does for one input.
    `labels`: class numbers, as an array, the name of an array within `data`, or a `.npy`, `.npz` or `.csv` file. The
    reference is `source` (a file or folder that `convert` takes, read as `reading` says, run by TensorFlow in the
    conversion child), else the first model. `output` chooses which output is scored; `metric` (`module:function` or a
    function of outputs and labels) takes the place of top-k. `per_layer` ranks the operators of each quantized model
    against the first float one, on up to 32 samples. Models run with LiteRT's own kernels, and those of the library
    `custom_ops`, in a process of their own.

    Raises UsageError, ModelError (also where LiteRT dies of a model) or ConversionError. A drop beyond
    `max_accuracy_drop` is no error here: `Accuracy.beyond` names the models.
    """
    given = [models] if isinstance(models, Model | Path | str) else list(models)
    read = [model if isinstance(model, Model) else load_model(model) for model in given]
    if not read:
        raise UsageError("no model to look at", "name one or more .tflite files")
    if any(k < 1 for k in top_k):
        raise UsageError(f"top-{min(top_k)} means nothing", "give numbers from 1")
    chosen = load_metric(metric) if isinstance(metric, str) else None
    if metric is not None and not isinstance(metric, str):
        chosen = (getattr(metric, "__name__", "metric"), metric)
    library = None if custom_ops is None else read_custom_operators(Path(custom_ops)).path
    dataset = read_dataset(data, labels, max_samples)
    if max_accuracy_drop is not None and dataset.labels is None and chosen is None:
        raise UsageError("an accuracy drop needs to know what is right", "give --labels or --metric")
    if per_layer:
        _float_and_quantized(read)
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        found: list[tuple[Scored, Arrays, Mapping[str, float]]] = []
        if source is not None:
            opened, outputs = outputs_of_source(
                source,
                dataset,
                signature,
                folder,
                reading=reading,
                timeout_s=timeout_s,
                worker=worker,
                progress=progress,
            )
            found.append(
                (Scored(opened.name, opened.origin, "source", opened.bytes, opened.sha256, {}, None, ()), outputs, {})
            )
        names = _short_names(read)
        for place, model in enumerate(read):
            progress("running models", place, len(read))
            taken = entry(model, signature)
            samples = samples_for(dataset, ports(model, taken), names[place])
            outputs = _merged(
                run_model(model, taken, samples, folder, timeout_s=timeout_s, library=library), dataset.count, samples
            )
            facts = Scored(names[place], str(model.path), "tflite", model.size, model.sha256, {}, None, ())
            found.append((facts, outputs, steps(model, taken)))
        progress("running models", len(read), len(read))
        reports = _layers(read, dataset, signature, folder, timeout_s, progress) if per_layer else ()
    scored = _side_by_side(found, dataset, output, tuple(dict.fromkeys(sorted(top_k))), chosen)
    beyond = [
        model.name
        for model in scored
        if max_accuracy_drop is not None and model.drop is not None and model.drop > max_accuracy_drop + 1e-12
    ]
    labelled = dataset.labels is not None
    return Accuracy(dataset.origin, dataset.count, labelled, scored, max_accuracy_drop, tuple(beyond), reports)


def _chosen(reading: Reading, signature: str | None, source: str | os.PathLike[str]) -> Reading:
    """How the source is read: of a SavedModel only the signature that is run."""
    return replace(reading, signature=signature) if signature and Path(source).is_dir() else reading


def _side_by_side(
    found: Sequence[tuple[Scored, Arrays, Mapping[str, float]]],
    dataset: Dataset,
    output: str | None,
    ks: Sequence[int],
    metric: tuple[str, Metric] | None,
) -> tuple[Scored, ...]:
    reference = found[0][1]
    if output is not None or (dataset.labels is not None and metric is None):
        output = pick_output(reference, output)
    first: float | None = None
    scored = []
    for facts, outputs, sizes in found:
        renamed = dict(zip(reference, _paired(reference, outputs, facts.name).values(), strict=True))
        scores = score(renamed, dataset.labels, output, ks, metric)
        value = next(iter(scores.values()), None)
        drop = None if first is None or value is None else first - value
        first = value if first is None else first
        errors = () if outputs is reference else _errors(reference, outputs, sizes, facts.name)
        scored.append(replace(facts, scores=scores, drop=drop, errors=errors))
    return tuple(scored)


def _paired(reference: Arrays, outputs: Arrays, subject: str) -> Arrays:
    """A model's outputs in the reference's order: by name, else by place."""
    if set(outputs) == set(reference):
        return {name: outputs[name] for name in reference}
    if len(outputs) != len(reference):
        raise UsageError(
            f"{subject}: outputs {', '.join(outputs)} cannot be compared with {', '.join(reference)}",
            "give models of the same source",
        )
    return outputs


def _errors(reference: Arrays, outputs: Arrays, sizes: Mapping[str, float], subject: str) -> tuple[Difference, ...]:
    found = []
    for (name, want), (own, have) in zip(reference.items(), _paired(reference, outputs, subject).items(), strict=True):
        if want.size != have.size:
            raise UsageError(
                f"{subject}: output {own} has shape {list(have.shape)}, not {list(want.shape)}",
                "give models of the same source",
            )
        found.append(difference(name, want, have.reshape(want.shape), step=sizes.get(own)))
    return tuple(found)


def outputs_of_source(
    source: str | os.PathLike[str] | Source,
    dataset: Dataset,
    signature: str | None,
    folder: Path,
    *,
    reading: Reading | None = None,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> tuple[Source, Arrays]:
    """A source model's outputs for the data, real-valued, [n, *shape], run by TensorFlow in the conversion child.

    Raises UsageError and ConversionError.
    """
    opened = (
        source if isinstance(source, Source) else open_source(source, _chosen(reading or Reading(), signature, source))
    )
    return opened, _of_source(
        Job(opened, folder, worker or workers.shared(), timeout_s, progress), opened, dataset, signature
    )


def _of_source(job: Job, source: Source, dataset: Dataset, key: str | None) -> Arrays:
    described = job.load()
    names = [signature.key for signature in described.signatures]
    if (key is None and len(names) > 1) or (key is not None and key not in names):
        raise UsageError(f"{source.origin}: choose among its signatures", f"--signature: {', '.join(names)}")
    taken: SourceSignature = next(s for s in described.signatures if key is None or s.key == key)
    samples = samples_for(dataset, taken, source.origin)
    count = len(next(iter(samples.values())))
    told = Calibration(dataset.origin, count, None, digest(samples))
    outputs, _ = job.expected(Inputs(None, {taken.key: samples}, told, "representative", count, ()))
    return _merged(outputs[taken.key], dataset.count, samples)


def _merged(outputs: Arrays, count: int, samples: Arrays) -> Arrays:
    """[runs, batch, …] as [samples, …] where the batches hold all samples."""
    runs = len(next(iter(samples.values())))
    merged = {}
    for name, array in outputs.items():
        batches = array.ndim > 1 and runs * array.shape[1] == count
        merged[name] = array.reshape(count, *array.shape[2:]) if batches else array
    return merged


def _float_and_quantized(models: Sequence[Model]) -> tuple[Model, list[Model]]:
    quantized = [model for model in models if has_quantized_operators(model)]
    exact = next((model for model in models if model not in quantized), None)
    if exact is None or not quantized:
        lacking = "float" if exact is None else "quantized"
        raise UsageError(
            f"--per-layer: there is no {lacking} model among {', '.join(model.name for model in models)}",
            "name the float and the quantized .tflite of one source",
        )
    return exact, quantized


def _layers(
    models: Sequence[Model], dataset: Dataset, key: str | None, folder: Path, timeout_s: float, progress: Progress
) -> tuple[LayerReport, ...]:
    exact, quantized = _float_and_quantized(models)

    def few(model: Model) -> Arrays:
        return thinned(samples_for(dataset, ports(model, entry(model, key)), str(model.path)), SAMPLES)

    reports = []
    for place, model in enumerate(quantized):
        progress("looking into layers", place, len(quantized))
        both = [(one, entry(one, key), few(one)) for one in (exact, model)]
        reports.append(measure_layers(both[0], both[1], folder, timeout_s=timeout_s))
    progress("looking into layers", len(quantized), len(quantized))
    return tuple(reports)


def _short_names(models: Sequence[Model]) -> list[str]:
    """File stems where they tell the models apart, else whole paths."""
    stems = [model.name for model in models]
    return stems if len(set(stems)) == len(stems) else [str(model.path) for model in models]
