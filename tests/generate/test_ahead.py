"""C built ahead of time: the interpreter's outputs and LiteRT's, in an arena of exactly the stated size."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edgeflow.errors import ModelError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.generate import generate, generate_files
from tests.generate.ahead_build import SANITIZED, WARNINGS, build_program, run_program, unheard_of
from tests.runtime.oracle import Refused, litert, run_batch
from tests.runtime.test_exact_models import random_cases

DATA = Path(__file__).parents[1] / "data"
INT8 = ["ad01_int8", "dict_io_int8", "kws_int8", "resnet8_int8", "sine_int8", "vww_int8"]
FLOAT = ["kws_float32", "dict_io_float32", "sine_float32", "kws_dynamic", "kws_float16"]


@pytest.mark.parametrize("name", [*INT8, *FLOAT])
def test_outputs_are_the_interpreters_and_litert_s(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases = random_cases(DATA / f"{name}.tflite", 3)
    interpreted = run_batch([drivers[0]], cases)
    assert not any(isinstance(run, Refused) for run in interpreted)
    inputs, outputs = signature_order(DATA / f"{name}.tflite")
    core = sorted(next(drivers[0].parent.glob("core-checked-[0-9a-f]*")).glob("*.o"))
    program = build_program(DATA / f"{name}.tflite", tmp_path, *SANITIZED, core=core)
    ahead = run_program(program, [tuple(case.inputs[i] for i in inputs) for case in cases])
    assert len(ahead) > 0
    assert ahead == b"".join(run.outputs[i] for run in interpreted for i in outputs)
    if name in INT8:
        assert ahead == b"".join(arrays[i].tobytes() for arrays in litert(cases, tmp_path) for i in outputs)


def signature_order(path: Path) -> tuple[list[int], list[int]]:
    """Places in the subgraph's lists of the first signature's inputs and outputs."""
    model = load_model(path)
    signature, graph = model.signatures[0], model.main
    assert signature.subgraph == 0
    return [graph.inputs.index(i) for _, i in signature.inputs], [graph.outputs.index(i) for _, i in signature.outputs]


@pytest.mark.parametrize("name", ["kws_int8", "resnet8_int8", "kws_dynamic", "sine_float32"])
def test_the_files_written_link_without_help(name: str, tmp_path: Path) -> None:
    assert build_program(DATA / f"{name}.tflite", tmp_path, "-O0").is_file()


COMPILERS = {
    "gcc": ["gcc"],
    "clang": ["clang"],
    "cortex-m4": ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
    "cortex-m0": ["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"],
}


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_generated_code_compiles_without_a_warning(compiler: str, tmp_path: Path) -> None:
    if shutil.which(COMPILERS[compiler][0]) is None:
        pytest.skip(f"{COMPILERS[compiler][0]} is not installed")
    for name in ("dict_io_int8", "kws_dynamic"):
        output = tmp_path / name
        generate(DATA / f"{name}.tflite", target="cortex-m4", language="aot", output=output)
        command = [*COMPILERS[compiler], *WARNINGS, f"-I{output / 'runtime'}", "-c", str(output / f"{name}.c")]
        done = subprocess.run([*command, "-o", str(tmp_path / "m.o")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_header_is_c_plus_plus(tmp_path: Path) -> None:
    generate(DATA / "dict_io_int8.tflite", target="cortex-m4", language="aot", output=tmp_path, name="m")
    use = (
        '#include "m.h"\n#include "m.h"\nstatic uint64_t arena[M_ARENA_WORDS];\nM_CHECK_ARENA(arena);\n'
        "int run();\nint run() { m_invoke(arena); return M_OUTPUT_0(arena)[M_OUTPUT_0_COUNT - 1]; }\n"
    )
    (tmp_path / "use.cpp").write_text(use)
    command = ["g++", "-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-c", "use.cpp", "-o", "use.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_array_too_small_for_the_arena_does_not_compile(tmp_path: Path) -> None:
    generate(DATA / "sine_int8.tflite", target="cortex-m4", language="aot", output=tmp_path, name="m")
    (tmp_path / "use.c").write_text('#include "m.h"\nchar arena[M_ARENA_BYTES - 1];\nM_CHECK_ARENA(arena);\n')
    command = ["gcc", "-std=c99", "-c", "use.c", "-o", "use.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and "arena_is_too_small" in done.stderr


def test_only_the_kernels_of_the_model_are_linked(tmp_path: Path) -> None:
    program = build_program(DATA / "kws_int8.tflite", tmp_path, "-O1", gc=True)
    shown = subprocess.run(["nm", str(program)], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1] for line in shown.splitlines()}
    kernels = {name for name in names if re.fullmatch(r"ef_\w+_(row|invoke|pixels)", name)}
    assert kernels == {
        "ef_average_pool_2d_s8_dsp_invoke",
        "ef_conv_2d_line12_s8_dsp_invoke",
        "ef_conv_2d_1x1_line12_s8_dsp_pixels",
        "ef_depthwise_conv_2d_3x3_stride1_s8_dsp_invoke",
        "ef_fully_connected_wide_s8_dsp_invoke",
        "ef_softmax_s8_invoke",
    }
    assert not [name for name in names if name.endswith("_prepare") or "flatbuffer" in name or "interpreter" in name]


def test_the_same_model_gives_the_same_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        generate(DATA / "dict_io_int8.tflite", target="cortex-m4", language="aot", output=tmp_path / folder)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert len(files) > 10
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


def test_the_memory_map_names_every_place_and_the_arena_ends_with_the_last(tmp_path: Path) -> None:
    done = generate_files(DATA / "kws_int8.tflite", target="cortex-m3", language="aot", output=tmp_path, name="m")
    header, code = (tmp_path / "m.h").read_text(), (tmp_path / "m.c").read_text()
    places = [list(map(int, pair)) for pair in re.findall(r"^ \* +(\d+) \.\. +(\d+) ", code, re.MULTILINE)]
    assert len(places) == 14 and all(first < end for first, end in places)
    assert f"#define M_ARENA_BYTES {max(end for _, end in places)}\n" in header
    assert "#define M_ARENA_BYTES 8640\n" in header and "ef_window_run_rows_backwards(" in code
    assert done.model_sha256 in header and "#define M_INPUT_0_SHAPE { 1, 49, 10, 1 }" in header


def test_models_that_the_runtime_refuses_are_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "odd.tflite").write_bytes(unheard_of())
    with pytest.raises(ModelError, match=r"odd.tflite cannot be built ahead of time \(operator 0") as error:
        generate(tmp_path / "odd.tflite", target="cortex-m4", language="aot", output=tmp_path / "out")
    assert error.value.hint and not (tmp_path / "out").exists()


def test_what_an_ahead_of_time_build_has_not_is_a_usage_error(tmp_path: Path) -> None:
    model = DATA / "two_signatures_float32.tflite"
    with pytest.raises(UsageError, match="several signatures"):
        generate(model, target="cortex-m4", language="aot", output=tmp_path)
    with pytest.raises(UsageError, match="raspberry-pi-4"):
        generate(model, target="raspberry-pi-4", language="aot", output=tmp_path)
    with pytest.raises(UsageError, match="form"):
        generate(model, target="cortex-m4", language="aot", form="array", output=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_signature_of_several_is_built_by_its_name(tmp_path: Path) -> None:
    model = DATA / "two_signatures_float32.tflite"
    generate(model, target="cortex-m4", language="aot", signature="encode", output=tmp_path, name="m")
    assert "m_invoke" in (tmp_path / "m.h").read_text()
