"""The public verb `invoke`: run a model on a device with given inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.bench.clock import Clock, clock_of
from edgeflow.bench.facts import device_facts, runtime_facts
from edgeflow.bench.types import DeviceFacts, InputFacts, ModelFacts, RuntimeFacts
from edgeflow.device.ahead import ahead_image, check_optimized
from edgeflow.device.answers import TensorInfo
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.custom_operators import read_custom_operators
from edgeflow.device.runtime_choice import api_of, with_runtime
from edgeflow.device.session import Session
from edgeflow.device.tensors import Arrays, feed_arrays, feed_random, output_array, read_npz
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.generate.context import Optimize
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.wire.constants import Side


@dataclass(frozen=True)
class Step:
    """One run of one signature; `signature` None is the first, `inputs` None seeded random ones."""

    signature: str | None = None
    inputs: Path | Arrays | None = None


@dataclass(frozen=True)
class StepOutcome:
    """One step's outputs by name. `latency_us` is None where the device counts instructions."""

    signature: str | None
    inputs: InputFacts
    outputs: Mapping[str, npt.NDArray[Any]]
    latency_us: float | None


@dataclass(frozen=True)
class Invocation:
    """What `invoke` did; `notes` say what was changed on the way in and out."""

    model: ModelFacts
    device: DeviceFacts
    runtime: RuntimeFacts
    steps: tuple[StepOutcome, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def outputs(self) -> Mapping[str, npt.NDArray[Any]]:
        """The last step's outputs."""
        return self.steps[-1].outputs


def invoke(
    model: Model | Path | str,
    device: Device | str | None = None,
    *,
    inputs: Path | str | Arrays | None = None,
    steps: Sequence[Step] = (),
    signature: str | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    seed: int = 0,
    dequantize: bool = False,
    threads: int = 1,
    api: str = "",
    delegate: str = "",
    runtime: str = "",
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    aot: bool = False,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    custom_ops: Path | str | None = None,
    progress: Progress = silent,
) -> Invocation:
    """Run `model` on `device` once for each step, with state kept between steps.

    `inputs` is an `.npz` or a mapping name → array; without, seeded random. Outputs are raw unless `dequantize`.
    `runtime` is "litert" or "edgeflow" where a device has both, as Android does; its own otherwise.
    `aot` starts an emulated board with the model built ahead of time. `custom_ops` is a library of custom operators
    for the device, which goes there with the model.
    Raises UsageError (inputs, signature), DeviceError and its kinds.
    """
    model = model if isinstance(model, Model) else load_model(model)
    device = with_runtime(device if isinstance(device, Device) else find_device(device), runtime)
    if steps and (inputs is not None or signature is not None):
        raise UsageError("--step stands for --inputs and --signature", "give either steps or inputs")
    chosen = tuple(steps) or (Step(signature, Path(inputs) if isinstance(inputs, str) else inputs),)
    chosen = tuple(Step(pick_signature(model, step.signature), step.inputs) for step in chosen)
    arrays = [read_npz(step.inputs) if isinstance(step.inputs, Path) else step.inputs for step in chosen]
    library = None if custom_ops is None else read_custom_operators(custom_ops)
    api = api_of(device, api or ("compiled-model" if library else ""))
    notes: list[str] = []
    check_optimized(aot, optimize, ram_bytes)
    image = None
    if aot:
        signed = chosen[0].signature
        built = ahead_image(device, model, signed, optimize=optimize, ram_bytes=ram_bytes, progress=progress)
        image = built.image.path
    with connect(device, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh, image=image) as session:
        source = session.models.place(model, progress=progress)
        opened = session.open(
            source,
            signature=chosen[0].signature or "",
            threads=threads,
            api=api,
            delegate=delegate,
            shapes=input_shapes,
            library=session.models.place_library(library, progress=progress),
        )
        conditions = session.conditions()
        clock = clock_of(session.hello, conditions, emulated=device.address.scheme == "qemu")
        sides = opened.inputs, opened.outputs
        outcomes = []
        for number, (step, given) in enumerate(zip(chosen, arrays, strict=True)):
            if number:
                sides = session.signature(step.signature or "")
            where = str(step.inputs) if isinstance(step.inputs, Path) else "inputs"
            feed = feed_random(sides[0], seed) if given is None else feed_arrays(given, sides[0], where)
            notes += feed.notes
            for tensor, data in zip(sides[0], feed.data, strict=True):
                session.write_input(tensor.index, data)
            outcomes.append(
                _run(session, step.signature, sides[1], clock, InputFacts(feed.source, feed.sha256), dequantize)
            )
            progress("invoke", number + 1, len(chosen))
        return Invocation(
            ModelFacts(model.name, model.sha256, model.size),
            device_facts(device, session.hello, conditions, clock),
            runtime_facts(session.hello, conditions, threads=threads, api=api),
            tuple(outcomes),
            tuple(notes),
        )


def pick_signature(model: Model, name: str | None) -> str | None:
    """The signature's name, by default the file's first; None where the model has none.

    Raises UsageError with the known names when there is no such signature.
    """
    known = [signature.key for signature in model.signatures]
    if name is None:
        return known[0] if known else None
    if name not in known:
        hint = f"it has {', '.join(known)}" if known else "it has none; leave --signature out"
        raise UsageError(f"{model.name} has no signature '{name}'", hint)
    return name


def _run(
    session: Session,
    signature: str | None,
    outputs: Sequence[TensorInfo],
    clock: Clock,
    fed: InputFacts,
    dequantize: bool,
) -> StepOutcome:
    done = session.invoke(max_runs=1)
    after = session.tensors(Side.OUTPUT, len(outputs))  # a shape may be known only now
    arrays = {t.name: output_array(t, session.read_output(t.index), dequantize=dequantize) for t in after}
    latency_us = None if clock.why_no_time or not done.samples else float(np.round(clock.us(done.samples[0]), 3))
    return StepOutcome(signature, fed, arrays, latency_us)
