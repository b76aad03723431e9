"""The public verb `run`: from a source model to a measurement on a device in one go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgeflow.bench.types import Result
from edgeflow.deploy.types import Deployment
from edgeflow.device.book import find_device
from edgeflow.device.types import Device
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.deploy import deploy
from edgeflow.progress import Progress, silent

if TYPE_CHECKING:
    from edgeflow.convert.calibration import Representative
    from edgeflow.convert.types import Conversion


@dataclass(frozen=True)
class Run:
    """What each step gave; `conversion` is None where the source was a `.tflite` already."""

    conversion: Conversion | None
    model: Path
    deployment: Deployment
    result: Result


def run(
    source: Path | str | object,
    device: Device | str | None = None,
    *,
    quantize: str | None = None,
    representative_data: Representative | None = None,
    output: Path | str | None = None,
    name: str | None = None,
    runs: int | None = None,
    threads: int = 1,
    wait_s: float = 0,
    timeout_s: float = 60,
    project: Path | str | None = None,
    progress: Progress = silent,
) -> Run:
    """Convert (unless `source` is a `.tflite`), check and deploy, then bench what was deployed.

    `quantize` and what `project`, an `edgeflow.toml`, says of converting are as in `convert`. Without `output` the
    converted model stands in the current folder as `convert` names it. Raises what `convert`, `deploy` and `bench`
    raise; a step that fails ends the run and leaves the device as it was.
    """
    found = device if isinstance(device, Device) else find_device(device)
    conversion = None
    if isinstance(source, (str, Path)) and Path(source).suffix == ".tflite":
        model = Path(source)
    else:
        from edgeflow.pipeline.convert import Choices, convert

        choices: Choices = {"project": project, "progress": progress}
        if representative_data is not None:
            choices["representative_data"] = representative_data
        if output is not None:
            choices["output"] = output
        conversion = convert(source, quantize=quantize, **choices)
        model = conversion.path
    deployment = deploy(model, found, name=name, wait_s=wait_s, timeout_s=timeout_s, progress=progress)
    result = bench(model, found, runs=runs, threads=threads, wait_s=wait_s, timeout_s=timeout_s, progress=progress)
    return Run(conversion, model, deployment, result)
