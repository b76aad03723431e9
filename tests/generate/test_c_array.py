"""The C array: compiled by every compiler at hand, linked from two files, and read back byte for byte."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from edgeflow.pipeline.generate import generate, generate_files

STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror"]
C_COMPILERS = {
    "gcc-c99": ["gcc", "-std=c99"],
    "gcc-gnu99": ["gcc", "-std=gnu99"],
    "g++": ["g++", "-x", "c++"],
    "clang-c99": ["clang", "-std=c99"],
    "clang++-c++11": ["clang++", "-x", "c++", "-std=c++11"],
    "cortex-m4": ["arm-none-eabi-gcc", "-std=c99", "-mcpu=cortex-m4", "-mthumb"],
    "clang-thumb": ["clang", "--target=thumbv7em-none-eabi", "-std=c99", "-ffreestanding"],
    "clang-riscv32": ["clang", "--target=riscv32-unknown-elf", "-march=rv32imac", "-std=c99", "-ffreestanding"],
}
ASSEMBLERS = {
    name: [word for word in command if not word.startswith("-std")]
    for name, command in C_COMPILERS.items()
    if "++" not in name and "gnu" not in name
}
# writes the model's bytes to stdout after checking what only a running program can
READER = """
#include <stdio.h>
#include "m.h"
#include "m.h"
#ifdef __cplusplus
extern "C"
#endif
uintptr_t other_address(void);
int main(void) {
    unsigned char room[M_SIZE] = {0};
    (void)room;
    if (m_size != M_SIZE || sizeof m != M_SIZE) return 2;
    if ((uintptr_t)m % 16 != 0) return 3;
    if (other_address() != (uintptr_t)m) return 4;
    return fwrite(m, 1, m_size, stdout) == m_size ? 0 : 5;
}
"""
OTHER = """
#include "m.h"
#ifdef __cplusplus
extern "C"
#endif
uintptr_t other_address(void);
uintptr_t other_address(void) { return (uintptr_t)m; }
"""


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, cwd=cwd, capture_output=True, timeout=120, check=False)


def compile_one(command: list[str], source: str, cwd: Path, *flags: str) -> None:
    done = run([*command, *STRICT, *flags, "-c", source, "-o", f"{Path(source).stem}.o"], cwd)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("compiler", C_COMPILERS)
def test_the_array_compiles_without_a_warning(compiler: str, data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="cortex-m4", output=tmp_path, name="m")
    compile_one(C_COMPILERS[compiler], "m.c", tmp_path)


@pytest.mark.parametrize("compiler", ASSEMBLERS)
def test_the_incbin_form_assembles_without_a_warning(compiler: str, data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="cortex-m4", output=tmp_path, name="m", form="incbin")
    compile_one(ASSEMBLERS[compiler], "m.S", tmp_path)


@pytest.mark.parametrize("form", ["array", "incbin"])
@pytest.mark.parametrize("caller", ["gcc", "g++", "clang", "clang++"])
def test_two_files_see_the_same_aligned_bytes(form: str, caller: str, data: Path, tmp_path: Path) -> None:
    model = data / "sine_int8.tflite"
    generate(model, target="cortex-m4", output=tmp_path, name="m", form=form)
    language = "c++" if "++" in caller else "c"
    for name, text, compiler, kind in (("main", READER, caller, language), ("other", OTHER, "gcc", "c")):
        (tmp_path / f"{name}.src").write_text(text)
        done = run([compiler, "-x", kind, *STRICT, "-c", f"{name}.src", "-o", f"{name}.o"], tmp_path)
        assert done.returncode == 0, done.stderr.decode()
    compile_one(["gcc"], "m.c" if form == "array" else "m.S", tmp_path)
    linked = run([caller, "main.o", "other.o", "m.o", "-Wl,--fatal-warnings", "-o", "reader"], tmp_path)
    assert linked.returncode == 0, linked.stderr.decode()
    read = run([str(tmp_path / "reader")], tmp_path)
    assert read.returncode == 0
    assert read.stdout == model.read_bytes()


@pytest.mark.parametrize("form", ["array", "incbin"])
def test_a_cortex_m4_object_holds_the_model_read_only_and_aligned(form: str, data: Path, tmp_path: Path) -> None:
    model = data / "sine_int8.tflite"
    generate(model, target="cortex-m4", output=tmp_path, name="m", form=form)
    source = "m.c" if form == "array" else "m.S"
    command = [word for word in C_COMPILERS["cortex-m4"] if not word.startswith("-std")]
    compile_one(command, source, tmp_path, '-DEF_MODEL_SECTION=".ext_flash"')
    headers = run(["arm-none-eabi-objdump", "-h", "m.o"], tmp_path).stdout.decode().splitlines()
    row = next(number for number, line in enumerate(headers) if " .ext_flash " in line)
    assert headers[row].split()[-1] == "2**4"
    assert "READONLY" in headers[row + 1]
    symbols = run(["arm-none-eabi-nm", "-S", "m.o"], tmp_path).stdout.decode()
    assert f"{model.stat().st_size:08x} R m\n" in symbols
    run(["arm-none-eabi-objcopy", "-O", "binary", "-j", ".ext_flash", "m.o", "m.bin"], tmp_path)
    assert (tmp_path / "m.bin").read_bytes().startswith(model.read_bytes())


def test_ef_align_can_be_overridden(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="cortex-m4", output=tmp_path, name="m")
    compile_one(["gcc"], "m.c", tmp_path, "-DEF_ALIGN(n)=__attribute__((aligned(4*(n))))", '-DEF_MODEL_SECTION=".mine"')
    headers = run(["objdump", "-h", "m.o"], tmp_path).stdout.decode().splitlines()
    assert next(line for line in headers if " .mine " in line).split()[-1] == "2**6"


@pytest.mark.parametrize("compiler", ["gcc", "clang", "arm-none-eabi-gcc"])
def test_incbin_finds_the_model_by_path_or_macro_and_refuses_another(compiler: str, data: Path, tmp_path: Path) -> None:
    model = data / "sine_int8.tflite"
    generate(model, target="cortex-m4", output=tmp_path / "gen", name="m", form="incbin")
    source = str(tmp_path / "gen/m.S")
    assert run([compiler, "-c", source, "-o", "a.o"], tmp_path).returncode != 0  # not found from here
    assert run([compiler, "-c", source, f"-I{tmp_path / 'gen'}", "-o", "a.o"], tmp_path).returncode == 0
    moved = tmp_path / "elsewhere.bin"
    for content, good in ((model.read_bytes(), True), (model.read_bytes()[:-1], False), (bytes(9999), False)):
        moved.write_bytes(content)
        done = run([compiler, "-c", source, f'-DEF_MODEL_FILE="{moved}"', "-o", "a.o"], tmp_path)
        assert (done.returncode == 0) is good
        assert (b"not the model this file was generated for" in done.stderr) is not good


def test_large_models_become_incbin_and_small_ones_arrays(data: Path, tmp_path: Path) -> None:
    large = generate_files(data / "ad01_float32.tflite", target="cortex-m7", output=tmp_path / "large")
    small = generate_files(data / "ad01_int8.tflite", target="cortex-m7", output=tmp_path / "small")
    assert (large.form, [f.path.suffix for f in large.files]) == ("incbin", [".h", ".S", ".tflite"])
    assert (small.form, [f.path.suffix for f in small.files]) == ("array", [".h", ".c"])


@pytest.mark.parametrize("form", ["array", "incbin"])
def test_line_1_names_origin_digest_and_command_without_paths(form: str, data: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256((data / "sine_int8.tflite").read_bytes()).hexdigest()
    paths = generate(data / "sine_int8.tflite", target="pico", output=tmp_path, form=form)
    texts = [path for path in paths if path.suffix != ".tflite"]
    assert len(texts) == 2
    for path in texts:
        assert path.read_text().splitlines()[0] == (
            f"/* sine_int8.tflite, SHA-256 {digest}; generated by: edgeflow generate sine_int8.tflite "
            f"--target pico --language c-array --form {form} -o . */"
        )


def test_a_model_larger_than_the_flash_is_written_with_a_warning_in_figures(data: Path, tmp_path: Path) -> None:
    done = generate_files(data / "ad01_float32.tflite", target="nucleo-f446re", output=tmp_path)
    size, flash = (data / "ad01_float32.tflite").stat().st_size, 512 * 1024
    assert done.warnings == (
        f"the model is {size} bytes, {size - flash} more than the {flash} bytes of flash of nucleo-f446re",
    )
    for name in ("ad01_float32.h", "ad01_float32.S"):
        assert f"WARNING: {done.warnings[0]}" in (tmp_path / name).read_text()
    assert generate_files(data / "sine_int8.tflite", target="nucleo-f446re", output=tmp_path).warnings == ()
