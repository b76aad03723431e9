"""`edgeflow invoke`: run a model on a device with your inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from edgeflow.cli.device_options import (
    aot_option,
    custom_ops_option,
    device_options,
    input_shapes,
    progress_talk,
    run_options,
    runtime_option,
)
from edgeflow.cli.output import json_option, print_json, print_table, progress_bar, say

if TYPE_CHECKING:
    from edgeflow.pipeline.invoke import Invocation, StepOutcome


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@device_options
@click.option("--inputs", type=click.Path(path_type=Path), metavar="IN.npz", help="Arrays by input name or number.")
@click.option("--outputs", type=click.Path(path_type=Path), metavar="OUT.npz", help="Write the outputs there.")
@click.option(
    "--step",
    "step_texts",
    multiple=True,
    metavar="NAME=IN.npz[:OUT.npz]",
    help="Run this signature; repeated, in order, with state kept. NAME= alone takes seeded random inputs.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For random inputs, where none are given."
)
@click.option("--dequantize", is_flag=True, help="Give real values instead of the raw integers of quantized outputs.")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@run_options
@runtime_option
@aot_option
@custom_ops_option
@json_option
def command(
    model: Path,
    device: str | None,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    inputs: Path | None,
    outputs: Path | None,
    step_texts: tuple[str, ...],
    seed: int,
    dequantize: bool,
    threads: int,
    signature: str | None,
    shape_texts: tuple[str, ...],
    api: str,
    delegate: str,
    runtime: str,
    aot: bool,
    optimize: Literal["speed", "ram", "balanced"] | None,
    ram_bytes: int | None,
    custom_ops: Path | None,
    as_json: bool,
) -> None:
    """Run MODEL on a device once and give its outputs. Without --inputs they are seeded random."""
    from edgeflow.device.book import find_device
    from edgeflow.device.tensors import write_npz
    from edgeflow.errors import UsageError
    from edgeflow.pipeline.invoke import Step, invoke

    steps = [parse_step(text) for text in step_texts]
    if steps and outputs is not None:
        raise UsageError("--outputs does not go with --step", "write --step NAME=IN.npz:OUT.npz")
    files = [out for _, _, out in steps] if steps else [outputs]
    for file in files:
        if file is not None and not file.resolve().parent.is_dir():
            raise UsageError(f"{file}: no such folder", "make the folder first")
    with progress_bar(as_json) as progress:
        done = invoke(
            model,
            find_device(device, target=target),
            inputs=inputs,
            steps=[Step(name, given) for name, given, _ in steps],
            signature=signature,
            input_shapes=input_shapes(shape_texts),
            seed=seed,
            dequantize=dequantize,
            threads=threads,
            api=api,
            delegate=delegate,
            wait_s=wait_s,
            timeout_s=timeout_s,
            fresh=fresh,
            runtime=runtime,
            aot=aot,
            optimize=optimize,
            ram_bytes=ram_bytes,
            custom_ops=custom_ops,
            progress=progress,
        )
    for file, step in zip(files, done.steps, strict=True):
        if file is not None:
            write_npz(file, step.outputs)
    if as_json:
        print_json(answer(done, files))
        return
    rows = [_row(step, name, array) for step in done.steps for name, array in step.outputs.items()]
    print_table(("signature", "output", "type", "shape", "values"), rows)
    runtime = f"{done.runtime.name} {done.runtime.version}"
    say(
        f"{done.model.name} on {done.device.name.rstrip(':')} ({runtime}); inputs {done.steps[0].inputs.source}",
        err=True,
    )
    progress_talk(done.notes)


def parse_step(text: str) -> tuple[str | None, Path | None, Path | None]:
    """`NAME=IN.npz:OUT.npz` → (NAME, IN, OUT); either file may be left out."""
    from edgeflow.errors import UsageError

    name, equals, files = text.partition("=")
    if not equals:
        raise UsageError(f"step '{text}' is not NAME=IN.npz[:OUT.npz]", "for example --step encode=in.npz:out.npz")
    given, colon, out = files.rpartition(":")
    if not colon or not (out.endswith(".npz") and (not given or given.endswith(".npz"))):
        given, out = files, ""  # a colon inside a path is no separator
    return name or None, Path(given) if given else None, Path(out) if out else None


def answer(done: Invocation, files: list[Path | None]) -> dict[str, Any]:
    """The `edgeflow.invocation/1` answer."""
    import hashlib
    from dataclasses import asdict

    def described(step: StepOutcome, file: Path | None) -> dict[str, Any]:
        outputs = [
            {
                "name": name,
                "dtype": str(array.dtype),
                "shape": list(array.shape),
                "sha256": hashlib.sha256(array.tobytes()).hexdigest(),
            }
            for name, array in step.outputs.items()
        ]
        return {
            "signature": step.signature,
            "inputs": asdict(step.inputs),
            "outputs": outputs,
            "file": None if file is None else str(file),
            "latency_us": step.latency_us,
        }

    return {
        "schema": "edgeflow.invocation/1",
        "model": asdict(done.model),
        "device": asdict(done.device),
        "runtime": asdict(done.runtime),
        "steps": [described(step, file) for step, file in zip(done.steps, files, strict=True)],
        "notes": list(done.notes),
    }


def _row(step: StepOutcome, name: str, array: Any) -> tuple[str, ...]:
    flat = array.reshape(-1)
    shown = ", ".join(f"{value:.4g}" if flat.dtype.kind == "f" else str(value) for value in flat[:8])
    shape = "×".join(map(str, array.shape)) or "scalar"
    return step.signature or "", name, str(array.dtype), shape, shown + (", …" if flat.size > 8 else "")
