"""The README's code for one model on three platforms does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import jvm_tools
import numpy as np
import pytest
from c_libraries import M4, WARNINGS
from contract_models import image_model, saved
from cpp_build import compile_package, run

from edgeflow.generate.tensors import Tensor, prepare_image
from edgeflow.pipeline.generate import generate

SECTION = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").partition("## One model")[2]
SNIPPETS = dict(re.findall(r"```(\w+)\n(.*?)```", SECTION.partition("\n## ")[0], re.DOTALL))


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("readme"), "flowers", image_model("INT8", "probability"))


@pytest.fixture(scope="module")
def photo(flowers: Path) -> np.ndarray:
    """A photo as its file is read again."""
    from PIL import Image

    pixels = np.random.default_rng(3).integers(0, 256, (2, 3, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    Image.fromarray(pixels).save(flowers.parent / "photo.jpg", quality=95)
    return np.asarray(Image.open(flowers.parent / "photo.jpg").convert("RGB"))


@pytest.fixture(scope="module")
def answer(flowers: Path, photo: np.ndarray) -> list[tuple[str, float]]:
    """What the Python code prints."""
    generate(flowers, target="raspberry-pi-4", output=flowers.parent / "pi")
    environment = {**os.environ, "PYTHONPATH": str(flowers.parent / "pi")}
    command = [sys.executable, "-B", "-c", SNIPPETS["python"]]
    done = subprocess.run(
        command, cwd=flowers.parent, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return [(line.split()[0], float(line.split()[1])) for line in done.stdout.splitlines()]


def test_ten_lines_are_ten_lines() -> None:
    for language, code in SNIPPETS.items():
        assert language == "sh" or sum(bool(line.strip()) for line in code.splitlines()) <= 11, language


def test_the_python_code_names_what_is_in_the_photo(answer: list[tuple[str, float]], photo: np.ndarray) -> None:
    tensor = Tensor("photo", 0, "int8", (1, 4, 4, 3), (1 / 128,), (0,))
    prepared = prepare_image(photo, tensor, resize="bilinear", colour="rgb", mean=(127.5,), std=(127.5,))
    scores = prepared.reshape(-1, 3).mean(axis=0) / 128
    order = [channel for channel in np.argsort(-scores) if scores[channel] >= 0]
    assert [label for label, _ in answer] == [("red", "green", "blue")[channel] for channel in order]
    np.testing.assert_allclose([score for _, score in answer], scores[order], atol=1 / 128)


@pytest.mark.skipif(jvm_tools.unavailable_reason() is not None, reason=str(jvm_tools.unavailable_reason()))
def test_the_kotlin_code_compiles_with_the_library(flowers: Path, tmp_path: Path) -> None:
    generate(flowers, target="android-arm64", output=tmp_path / "android")
    (tmp_path / "Classify.kt").write_text(SNIPPETS["kotlin"])
    jars = jvm_tools.jars()
    against = jvm_tools.path(jars.lite, jars.library, jars.android, tmp_path / "stubs")
    jvm_tools.javac(sorted((jvm_tools.STUBS / "java").rglob("*.java")), against, tmp_path / "stubs")
    own = (tmp_path / "android/library/src/main").rglob("*.kt")
    stubs = (jvm_tools.STUBS / "kotlin").glob("*.kt")
    jvm_tools.kotlinc([*sorted(own), *sorted(stubs), tmp_path / "Classify.kt"], against, tmp_path / "classes")
    assert (tmp_path / "classes/ClassifyKt.class").exists()


def test_the_cpp_code_says_the_same(flowers: Path, photo: np.ndarray, answer: list[tuple[str, float]]) -> None:
    folder = flowers.parent / "flowers"
    generate(flowers, target="raspberry-pi-4", language="cpp", output=folder)
    (folder / "pixels").write_bytes(photo.tobytes())
    (folder / "main.cpp").write_text(
        f"{SNIPPETS['cpp']}\n#include <fstream>\n#include <iterator>\n#include <vector>\n"
        "int main() {\n"
        '  std::ifstream file("pixels", std::ios::binary);\n'
        "  const std::vector<char> all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());\n"
        f"  classify(reinterpret_cast<const std::uint8_t*>(all.data()), {photo.shape[0]}, {photo.shape[1]});\n}}\n"
    )
    program = compile_package([folder], str(folder / "main.cpp"), "readme")
    done = run([program], folder)
    said = [(line.split()[0], float(line.split()[1])) for line in done.stdout.splitlines()]
    assert said == answer, done.stderr


def test_the_c_code_says_the_same_and_compiles_for_the_board(
    flowers: Path, photo: np.ndarray, answer: list[tuple[str, float]]
) -> None:
    library = flowers.parent / "nano33ble"
    generate(flowers, target="nano33ble", language="c", output=library)
    (library / "classify.c").write_text(SNIPPETS["c"])
    (library / "main.c").write_text(
        "#include <stdio.h>\n#include <stdint.h>\n"
        "const char *classify(const uint8_t *pixels, uint32_t width, uint32_t height);\n"
        f"static uint8_t pixels[{photo.size}];\n"
        'int main(void) {\n    FILE *file = fopen("pixels", "rb");\n'
        "    if (!file || fread(pixels, 1, sizeof pixels, file) != sizeof pixels) return 1;\n"
        f"    const char *label = classify(pixels, {photo.shape[1]}, {photo.shape[0]});\n"
        "    return label ? puts(label) < 0 : 1;\n}\n"
    )
    (library / "pixels").write_bytes(photo.tobytes())
    board = run(["arm-none-eabi-gcc", *M4, *WARNINGS, "-Wno-missing-prototypes", "-Isrc", "-c", "classify.c"], library)
    assert board.returncode == 0, board.stderr
    sources = sorted(str(path.relative_to(library)) for path in (library / "src").glob("*.c"))
    built = run(
        [
            "gcc",
            "-std=c99",
            "-O0",
            "-ffunction-sections",
            "-Wl,--gc-sections",
            "-Isrc",
            "main.c",
            "classify.c",
            *sources,
            "-lm",
            "-o",
            "main",
        ],
        library,
    )
    assert built.returncode == 0, built.stderr
    assert run(["./main"], library).stdout.strip() == answer[0][0]
