"""Golden vectors: input → prepared tensor → raw output → result, as the generated Python package makes them.

The package runs in a child process, as a user's program would: an interpreter that dies takes nobody with it.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.generate.context import Context, Entry

TIMEOUT_S = 300
_RECORD = """
import importlib, sys
import numpy as np
package, given, made, kernels = sys.argv[1:]
if kernels == "reference":
    import functools
    from ai_edge_litert import interpreter as litert
    resolver = litert.OpResolverType.BUILTIN_REF
    litert.Interpreter = functools.partial(litert.Interpreter, experimental_op_resolver_type=resolver)
golden = importlib.import_module(package + ".golden")
arrays = dict(np.load(given))
methods = [str(method) for method in arrays.pop("methods")] if "methods" in arrays else []
cases = []
for number, method in enumerate(methods):
    start = f"{number}/"
    cases.append((method, {key[len(start):]: value for key, value in arrays.items() if key.startswith(start)}))
try:
    found = golden.record(cases)
except (TypeError, ValueError) as error:
    sys.exit("refused: " + str(error))
np.savez(made, **found)
"""


@dataclass(frozen=True)
class Case:
    """Inputs of one run by identifier, in the order of the entry's inputs; `source` names where they come from."""

    entry: Entry
    inputs: Mapping[str, NDArray[Any]]
    source: str


def match_case(context: Context, arrays: Mapping[str, NDArray[Any]], source: str) -> Case:
    """The entry whose inputs `arrays` are, by name, identifier or index. Raises UsageError that lists the inputs."""
    for entry in context.entries:
        found = {}
        for number, port in enumerate(entry.inputs):
            key = next((key for key in (port.name, port.identifier, str(number)) if key in arrays), None)
            if key is not None:
                found[port.identifier] = arrays[key]
        if len(found) == len(entry.inputs) == len(arrays):
            return Case(entry, found, source)
    wanted = " or ".join(", ".join(repr(port.name) for port in entry.inputs) or "nothing" for entry in context.entries)
    raise UsageError(
        f"{source} holds {', '.join(map(repr, arrays)) or 'nothing'}, the model takes {wanted}",
        "name the arrays as the inputs, or 0, 1…; --signature chooses another entry",
    )


def golden_files(
    context: Context, package: Mapping[str, bytes], cases: Sequence[Case], *, reference: bool = False
) -> dict[str, bytes]:
    """`golden.npz` and `golden.json` for `cases`, made by the rendered Python `package` of `context`.

    With `reference` the interpreter takes its plain kernels, whose bits edgeflow's runtime gives, and not the fastest.
    Raises UsageError on inputs that do not fit, EdgeflowError when the run fails.
    """
    with tempfile.TemporaryDirectory(prefix="edgeflow-golden-") as name:
        folder = Path(name)
        for path, content in package.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        given: dict[str, Any] = {
            f"{n}/{key}": value for n, case in enumerate(cases) for key, value in case.inputs.items()
        }
        np.savez(folder / "given.npz", methods=np.asarray([case.entry.method for case in cases]), **given)
        _run(context, folder, ", ".join(case.source for case in cases), "reference" if reference else "fastest")
        made = (folder / "made.npz").read_bytes()
    with np.load(io.BytesIO(made), allow_pickle=False) as archive:
        arrays = dict(archive)
    return {"golden.npz": made, "golden.json": golden_json(context, cases, arrays)}


def golden_json(context: Context, cases: Sequence[Case], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The same vectors for languages without npz: {dtype, shape, data}, data the little-endian bytes in base64.

    Labels are lists of text. One line a case part, so that differences can be read.
    """
    found = []
    for number, case in enumerate(cases):
        parts: dict[str, Any] = {"method": case.entry.method, "signature": case.entry.key}
        for part in ("input", "tensor", "raw", "result"):
            start = f"{number}/{part}/"
            parts[part] = {key[len(start) :]: _plain(value) for key, value in arrays.items() if key.startswith(start)}
        found.append(parts)
    document = {"schema": "edgeflow.golden/1", "model_sha256": context.sha256, "cases": found}
    return (json.dumps(document, indent=1) + "\n").encode()


def _plain(array: NDArray[Any]) -> dict[str, object] | list[str]:
    if array.dtype.kind == "U":
        return [str(text) for text in array.reshape(-1)]
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    data = base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def _run(context: Context, folder: Path, source: str, kernels: str) -> None:
    files = [str(folder / "given.npz"), str(folder / "made.npz")]
    command = [sys.executable, "-B", "-c", _RECORD, context.symbol, *files, kernels]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EdgeflowError(
            f"{context.model_file} did not answer within {TIMEOUT_S} s", "record golden vectors with a smaller input"
        ) from error
    if done.returncode == 0:
        return
    last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "it said nothing")
    if last.startswith("refused: "):
        raise UsageError(f"{source}: {last.removeprefix('refused: ')}", "give inputs as an application would")
    ended = f"by signal {-done.returncode}" if done.returncode < 0 else f"with {done.returncode}"
    raise EdgeflowError(
        f"{context.model_file} could not be run for its golden vectors; the child ended {ended}: {last}",
        "see whether the model runs at all: edgeflow invoke MODEL --device local:",
    )
