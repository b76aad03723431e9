"""`.tflite` models on samples of real values: what they take, and what they give, real-valued too."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.convert.types import Port, SourceSignature
from edgeflow.convert.worker import child_command, child_environment, death
from edgeflow.errors import ModelError, UsageError
from edgeflow.model.real import is_quantized, quantized, real
from edgeflow.model.types import NUMPY_DTYPES, Model, Signature, Tensor


def entry(model: Model, key: str | None) -> Signature:
    """The signature of that name, or the only one; for a model without any, its first subgraph's ends by number."""
    where = str(model.path)
    if not model.signatures and key is None:
        graph = model.main
        return Signature(
            "",
            0,
            tuple((str(place), index) for place, index in enumerate(graph.inputs)),
            tuple((str(place), index) for place, index in enumerate(graph.outputs)),
        )
    names = [signature.key for signature in model.signatures]
    if key is None and len(names) > 1:
        raise UsageError(f"{where}: has {len(names)} signatures", f"choose one with --signature: {', '.join(names)}")
    if key is not None and key not in names:
        raise UsageError(f"{where}: no signature {key!r}", f"it has {', '.join(names) or 'none'}")
    return next(s for s in model.signatures if key is None or s.key == key)


def ports(model: Model, signature: Signature) -> SourceSignature:
    """The ends as data for them is given: float32 where the tensor is quantized."""
    tensors = model.subgraphs[signature.subgraph].tensors

    def port(name: str, index: int) -> Port:
        tensor = tensors[index]
        if tensor.dtype not in NUMPY_DTYPES:
            raise UsageError(f"{model.path}: {name} is {tensor.dtype}, which cannot be compared", "choose other ends")
        dtype = "float32" if is_quantized(tensor) else NUMPY_DTYPES[tensor.dtype].name
        return Port(name, dtype, tensor.shape_signature)

    return SourceSignature(
        signature.key,
        tuple(port(name, index) for name, index in signature.inputs),
        tuple(port(name, index) for name, index in signature.outputs),
    )


def steps(model: Model, signature: Signature) -> dict[str, float]:
    """The size of one quantization step of each quantized output."""
    found = {}
    for name, tensor in _named(model, signature, signature.outputs).items():
        if is_quantized(tensor) and tensor.quantization is not None:
            found[name] = tensor.quantization.scale[0]
    return found


def raw(model: Model, signature: Signature, samples: Arrays) -> Arrays:
    """Samples of real values as the model's inputs hold them."""
    tensors = _named(model, signature, signature.inputs)
    return {name: quantized(array, tensors[name]) for name, array in samples.items()}


def run_model(
    model: Model, signature: Signature, samples: Arrays, folder: Path, *, timeout_s: float, library: Path | None = None
) -> Arrays:
    """Real-valued outputs by name, [n, *shape], for samples [n, *shape] of real values; files go to `folder`.

    Each sample is run from a fresh state. `library` has the model's custom operators, compiled for this machine.
    Raises ModelError where LiteRT refuses the model, dies of it or is not done after `timeout_s`.
    """
    tensors = _named(model, signature, signature.outputs)
    outputs = run_raw(model, signature, raw(model, signature, samples), folder, timeout_s=timeout_s, library=library)
    return {name: real(array, tensors[name]) for name, array in outputs.items()}


def run_raw(
    model: Model,
    signature: Signature,
    samples: Arrays,
    folder: Path,
    *,
    timeout_s: float,
    library: Path | None = None,
    kernels: str = "optimized",
) -> Arrays:
    """The same with samples and outputs as the tensors hold them, by `reference`, `optimized` or `default` kernels."""
    given, into = folder / "given.npz", folder / "into.npz"
    write_arrays(given, samples)
    ask(
        {
            "do": "run",
            "model": str(model.path.absolute()),
            "key": signature.key,
            "inputs": dict(signature.inputs),
            "outputs": dict(signature.outputs),
            "samples": str(given),
            "into": str(into),
            "library": str(library.absolute()) if library else "",
            "kernels": kernels,
        },
        str(model.path),
        timeout_s,
    )
    return read_arrays(into)


def ask(request: Mapping[str, Any], subject: str, timeout_s: float) -> dict[str, Any]:
    """One request to a LiteRT process of its own; `subject` says in errors which model it was about."""
    try:
        done = subprocess.run(
            child_command("edgeflow.validate.execute"),
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=timeout_s,
            env=child_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{subject}: not done after {timeout_s:g} s", "give fewer samples, or --timeout") from None
    if done.returncode:
        said = [line.strip()[:200] for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise ModelError(
            f"{subject}: LiteRT died of it ({death(done.returncode)})",
            "the model is broken or too large for this machine: edgeflow inspect shows what is in it",
            said[-2:],
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise ModelError(
            f"{subject}: LiteRT refuses it: {answer['error']}", "edgeflow check MODEL --runtimes tells why"
        )
    return answer


def _named(model: Model, signature: Signature, ends: tuple[tuple[str, int], ...]) -> dict[str, Tensor]:
    tensors = model.subgraphs[signature.subgraph].tensors
    return {name: tensors[index] for name, index in ends}
