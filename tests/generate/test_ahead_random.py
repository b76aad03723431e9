"""Random models ahead of time: plans hold under marked bytes, outputs are the interpreter's in that arena."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.firmware.prepared import prepare
from edgeflow.generate.overlap import plan_memory
from edgeflow.generate.simulate import simulate
from edgeflow.model.read import read_model
from edgeflow.pipeline.generate import generate
from tests.generate.ahead_build import SANITIZED, WARNINGS
from tests.runtime import cases_window
from tests.runtime.graphs import random_graph
from tests.runtime.oracle import Refused, run_batch
from tests.runtime.single_operator import Case

_MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
INCLUDES
int main(void) {
    BODY
    return 0;
}
"""


def random_cases() -> list[Case]:
    """Window operators of all kinds, batches among them, and graphs of other operators."""
    rng = np.random.default_rng(11)
    cases = [*cases_window.conv(rng, 8), *cases_window.conv(rng, 8, depthwise=True), *cases_window.conv_grouped(rng, 3)]
    cases += [*cases_window.pool(rng, 4, True, "INT8"), *cases_window.pool(rng, 4, False, "FLOAT32")]
    cases += [*cases_window.conv_float(rng, 4)]
    for seed in range(8):
        model = random_graph(np.random.default_rng([7, seed]), softmax=False)
        graph = read_model(model, Path(f"graph{seed}.tflite")).main
        inputs: list[np.ndarray[Any, Any]] = []
        for index in graph.inputs:
            shape = graph.tensors[index].shape
            if graph.tensors[index].dtype == "INT8":
                inputs.append(rng.integers(-128, 128, size=shape, dtype=np.int8))
            else:
                inputs.append((rng.standard_normal(shape) * 20).astype(np.float32))
        cases.append(Case(f"graph {seed}", model, tuple(inputs)))
    return cases


def test_plans_of_random_graphs_hold_and_never_need_more() -> None:
    for seed in range(60):
        model = read_model(random_graph(np.random.default_rng([9, seed])), Path("graph.tflite"))
        prepared = prepare(model)
        plan = plan_memory(model.main, prepared)
        simulate(model.main, plan.applied(prepared))
        assert plan.bound_bytes <= plan.peak_bytes <= prepared.planned_bytes


def test_random_models_give_the_interpreters_outputs(drivers: list[Path], tmp_path: Path) -> None:
    asked = random_cases()
    runs = run_batch([drivers[0]], asked)
    taken = [(case, run) for case, run in zip(asked, runs, strict=True) if not isinstance(run, Refused)]
    assert len(taken) >= 30
    includes, body, data = "", "", b""
    for number, (case, _) in enumerate(taken):
        path = tmp_path / f"m{number}.tflite"
        path.write_bytes(case.model)
        model = read_model(case.model, path)
        generate(path, target="cortex-m4", language="aot", output=tmp_path / "project", name=f"m{number}")
        order = range(len(model.main.inputs))
        includes += f'#include "m{number}.h"\n'
        body += f"{{ unsigned char *arena = malloc(M{number}_ARENA_BYTES); if (!arena) return 2;\n"
        body += f"memset(arena, 0x5a, M{number}_ARENA_BYTES);\n"
        for i in order:
            body += f"if (fread(M{number}_INPUT_{i}(arena), M{number}_INPUT_{i}_BYTES, 1, stdin) != 1) return 3;\n"
        body += f"m{number}_invoke(arena);\n"
        for i in range(len(model.main.outputs)):
            body += f"fwrite(M{number}_OUTPUT_{i}(arena), M{number}_OUTPUT_{i}_BYTES, 1, stdout);\n"
        body += "free(arena); }\n"
        data += b"".join(value.tobytes() for value in case.inputs)
    (tmp_path / "main.c").write_text(_MAIN.replace("INCLUDES", includes).replace("BODY", body))
    project = tmp_path / "project"
    core = sorted(next(drivers[0].parent.glob("core-checked-[0-9a-f]*")).glob("*.o"))
    sources = [tmp_path / "main.c", *sorted(project.glob("*.c")), *core]
    command = ["gcc", *WARNINGS, *SANITIZED, f"-I{project}", f"-I{project / 'runtime'}", *map(str, sources), "-lm"]
    built = subprocess.run([*command, "-o", str(tmp_path / "program")], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-3000:]
    done = subprocess.run([str(tmp_path / "program")], input=data, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    at = 0
    for case, run in taken:
        for output in run.outputs:
            assert done.stdout[at : at + len(output)] == output, case.name
            at += len(output)
    assert at == len(done.stdout)
