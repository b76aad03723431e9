"""Compiles what `edgeflow generate --aot` wrote, with a program around it that reads inputs and writes outputs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.generate.context import Optimize
from edgeflow.model.read import read_model
from edgeflow.pipeline.generate import generate
from tests.runtime.graphs import Node, graph_model, packed, tensor
from tests.runtime.single_operator import Case

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
SANITIZED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
# the arena is a heap block of exactly its size, between the sanitizer's guards
_MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "m.h"

static uint64_t large_enough[M_ARENA_WORDS];
M_CHECK_ARENA(large_enough);

int main(void) {
    unsigned char *arena = malloc(M_ARENA_BYTES);
    if (arena == NULL) return 2;
    for (;;) {
        memset(arena, 0x5a, M_ARENA_BYTES);
        RESET
        READ
        m_invoke(arena);
        WRITE
    }
    free(arena);
    (void)large_enough;
    return fflush(stdout) == 0 ? 0 : 3;
}
"""


_BATCH = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
INCLUDES
struct picture {
    const unsigned char *bytes;
    size_t row_bytes;
    uint32_t next;
};

/* Every row in its turn, or the program ends. */
static inline void next_row(void *user, uint32_t row, void *out) {
    struct picture *picture = user;
    if (row != picture->next) exit(4);
    memcpy(out, picture->bytes + row * picture->row_bytes, picture->row_bytes);
    picture->next++;
}
CALLBACKS
int main(void) {
    BODY
    return 0;
}
"""


def build_program(model: Path, folder: Path, *flags: str, core: Sequence[Path] = (), gc: bool = False) -> Path:
    """Generate `model` under the name m into `folder` and compile it; without `gc` every file must link as it is.

    `core` are objects of the runtime to link with, in place of the files that were generated.
    """
    project = folder / "project"
    generate(model, target="cortex-m4", language="aot", output=project, name="m")
    header = (project / "m.h").read_text()
    inputs, outputs = (int(header.partition(f"#define M_{side} ")[2].split()[0]) for side in ("INPUTS", "OUTPUTS"))
    read = "".join(f"if (fread(M_INPUT_{i}(arena), M_INPUT_{i}_BYTES, 1, stdin) != 1) break;\n" for i in range(inputs))
    write = "".join(f"(void)fwrite(M_OUTPUT_{i}(arena), M_OUTPUT_{i}_BYTES, 1, stdout);\n" for i in range(outputs))
    reset = "m_reset(arena);" if "m_reset" in header else ""
    main = folder / "main.c"
    main.write_text(_MAIN.replace("RESET", reset).replace("READ", read).replace("WRITE", write))
    program = folder / "program"
    sections = ("-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections") if gc else ()
    runtime = core or sorted((project / "runtime").glob("*.c"))
    sources = [str(main), str(project / "m.c"), *map(str, runtime)]
    command = ["gcc", *WARNINGS, *flags, *sections, f"-I{project}", f"-I{project / 'runtime'}", *sources]
    done = subprocess.run([*command, "-o", str(program), "-lm"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return program


def build_batch(
    cases: Sequence[Case],
    driver: Path,
    folder: Path,
    optimize: Optimize | list[Optimize] = "balanced",
    *,
    input_rows: bool = False,
) -> Callable[[Sequence[tuple[np.ndarray[Any, Any], ...]]], bytes]:
    """One program of many models, under the sanitizers, each in an arena of its own size.

    `driver` is the fixture's, whose objects of the runtime are linked. What is returned takes each model's inputs, in
    the order of the cases, and gives all outputs one after the other. A list in `optimize` is taken in turns. With
    `input_rows` inputs come by rows, each in its turn.
    """
    includes, body, callbacks = "", "", ""
    for number, case in enumerate(cases):
        path = folder / f"m{number}.tflite"
        path.write_bytes(case.model)
        model = read_model(case.model, path)
        generate(
            path,
            target="cortex-m4",
            language="aot",
            output=folder / "project",
            name=f"m{number}",
            optimize=optimize[number % len(optimize)] if isinstance(optimize, list) else optimize,
            input_rows=input_rows,
        )
        includes += f'#include "m{number}.h"\n'
        body += f"{{ unsigned char *arena = malloc(M{number}_ARENA_BYTES); if (!arena) return 2;\n"
        body += f"memset(arena, 0x5a, M{number}_ARENA_BYTES);\n"
        if input_rows:
            callbacks += f"static void row_{number}(void *user, uint32_t row, M{number}_INPUT_0_TYPE *out)"
            callbacks += " { next_row(user, row, out); }\n"
            body += f"static unsigned char image[M{number}_INPUT_0_BYTES];\n"
            body += f"struct picture picture = {{image, M{number}_INPUT_0_ROW_BYTES, 0}};\n"
            body += "if (fread(image, sizeof image, 1, stdin) != 1) return 3;\n"
            body += f"m{number}_invoke(arena, row_{number}, &picture);\n"
            body += f"if (picture.next > M{number}_INPUT_0_ROWS || picture.next == 0) return 5;\n"
        else:
            for i in range(len(model.main.inputs)):
                body += f"if (fread(M{number}_INPUT_{i}(arena), M{number}_INPUT_{i}_BYTES, 1, stdin) != 1) return 3;\n"
            body += f"m{number}_invoke(arena);\n"
        for i in range(len(model.main.outputs)):
            body += f"fwrite(M{number}_OUTPUT_{i}(arena), M{number}_OUTPUT_{i}_BYTES, 1, stdout);\n"
        body += "free(arena); }\n"
    (folder / "main.c").write_text(
        _BATCH.replace("INCLUDES", includes).replace("CALLBACKS", callbacks).replace("BODY", body)
    )
    project = folder / "project"
    core = sorted(next(driver.parent.glob("core-checked-[0-9a-f]*")).glob("*.o"))
    sources = [folder / "main.c", *sorted(project.glob("*.c")), *core]
    command = ["gcc", *WARNINGS, *SANITIZED, f"-I{project}", f"-I{project / 'runtime'}", *map(str, sources), "-lm"]
    built = subprocess.run([*command, "-o", str(folder / "program")], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-3000:]

    def run(inputs: Sequence[tuple[np.ndarray[Any, Any], ...]]) -> bytes:
        return run_program(folder / "program", list(inputs))

    return run


def run_program(program: Path, inputs: list[tuple[np.ndarray[Any, Any], ...]]) -> bytes:
    """All outputs of all runs, one after the other."""
    data = b"".join(value.tobytes() for values in inputs for value in values)
    done = subprocess.run([str(program)], input=data, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4000:]
    return done.stdout


def unheard_of() -> bytes:
    """A model of one operator that no runtime for microcontrollers has."""
    tensors = [tensor((1, 4)), tensor((1, 4))]
    return packed(graph_model(tensors, [Node("LSH_PROJECTION", (0,), (1,))], [0], [1]))
