"""Golden trees of `edgeflow generate`: `python tests/generate/regenerate.py` writes them again."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from edgeflow.generate import signals, tensors
from edgeflow.generate.languages import carried
from edgeflow.generate.runner_project import runner_project
from edgeflow.model.read import load_model
from edgeflow.pipeline.generate import generate
from edgeflow.targets.registry import find_board, find_target

TESTS = Path(__file__).parents[1]
GOLDEN = TESTS / "golden/generate"
_SMALL = TESTS / "data/two_signatures_float32.tflite"
_COUNTER = TESTS / "data/counter_float32.tflite"
# made once by litert_models.thumbnail_model(); its edgeflow.toml and labels lie beside it
_THUMBNAIL = TESTS / "golden/models/thumbnail.tflite"
# made once by contract_models.detection_model(): its metadata says all
_DETECTOR = TESTS / "golden/models/detector.tflite"

CASES: dict[str, dict[str, Any]] = {
    "c-array": {"model": _SMALL, "target": "pico", "name": "two_signatures"},
    "c-incbin": {"model": _SMALL, "target": "cortex-m4", "form": "incbin", "signature": "encode"},
    "cpp-detection": {"model": _DETECTOR, "target": "raspberry-pi-4", "language": "cpp"},
    "java-image": {
        "model": _THUMBNAIL,
        "target": "android-arm32",
        "language": "java",
        "form": "interpreter",
        "package": "org.example.thumbnail",
        "project": _THUMBNAIL.with_name("edgeflow.toml"),
    },
    "kotlin-detection": {"model": _DETECTOR, "target": "android-arm64"},
    "python-detection": {"model": _DETECTOR, "target": "linux-x86-64"},
    "python-image": {
        "model": _THUMBNAIL,
        "target": "raspberry-pi-zero-2w",
        "project": _THUMBNAIL.with_name("edgeflow.toml"),
    },
    "python-signatures": {"model": _COUNTER, "target": "raspberry-pi-armv7", "name": "counter"},
}

# files of edgeflow's own that a package carries behind a first line of comment: not kept once more in each golden tree
CARRIED = {"_tensors.py": carried(tensors), "_signals.py": carried(signals)}
_LISTED = re.compile(rb'^ +"?[a-z/]*/?ef_\w+\.c"?\n|^#define EF_WITH_\w+ 0\n', re.MULTILINE)
# board and framework of golden runner projects
RUNNERS: dict[str, tuple[str, str]] = {
    "pico-sdk": ("pico", "pico-sdk"),
    "esp-idf": ("esp32-s3", "esp-idf"),
    "zephyr": ("nucleo-l4r5zi", "zephyr"),
    "arduino": ("nucleo-f446re", "arduino"),
    "platformio": ("nano33ble", "platformio"),
    "bare-metal": ("netduinoplus2", "bare-metal"),
}

# C libraries for microcontrollers
LIBRARIES: dict[str, dict[str, Any]] = {
    "interpreter": {"model": _SMALL, "target": "pico", "name": "two"},
    "aot": {"model": _DETECTOR, "target": "nano33ble"},
    "tflm": {"model": _THUMBNAIL, "target": "cortex-m4", "project": _THUMBNAIL.with_name("edgeflow.toml")},
}
_RUNTIME = re.compile(rb"^ +(?:\.\./)?src/ef_\w+\.c\n", re.MULTILINE)
# arenas follow the planner: what they are is tested elsewhere
_ARENA = re.compile(rb"(_ARENA_BYTES |arena_\d\[|\| arena[^|]*\| |, )\d+(?= /\*| \+| \||\n| bytes of it the arena)")


def library_files(name: str, folder: Path) -> dict[str, bytes]:
    """The files of a C library that are rendered for it, without the runtime's own and what is built ahead of time."""
    generate(**LIBRARIES[name], language="c", form=name, output=folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    own = {path: text for path, text in files.items() if not re.search(r"src/ef_|_aot\.[ch]$", path)}
    return {path: _ARENA.sub(rb"\g<1>4096", _RUNTIME.sub(b"", text)) for path, text in own.items()}


def runner_files(name: str) -> dict[str, bytes]:
    """The files of a runner project that are rendered, without the lists of the runtime's own, which grow with it."""
    board, framework = RUNNERS[name]
    chosen = find_board(board)
    model = load_model(TESTS / "data/sine_int8.tflite")
    made = runner_project(chosen, find_target(chosen.target), "1.2.3", framework, model)
    return {path: _LISTED.sub(b"", made.files[path]) for path in made.rendered}


def write_case(name: str, output: Path) -> list[Path]:
    """Generate one case into an empty or new directory."""
    return generate(**CASES[name], output=output)


def main() -> None:
    """Replace all golden trees."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for name in CASES:
        for path in write_case(name, GOLDEN / name):
            if path.name in CARRIED:
                path.unlink()
            else:
                print(path.relative_to(TESTS))
    shutil.rmtree(TESTS / "golden/c", ignore_errors=True)
    for name in LIBRARIES:
        with tempfile.TemporaryDirectory() as folder:
            for path, content in library_files(name, Path(folder) / "out").items():
                file = TESTS / "golden/c" / name / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    shutil.rmtree(TESTS / "golden/runner", ignore_errors=True)
    for name in RUNNERS:
        for path, content in runner_files(name).items():
            file = TESTS / "golden/runner" / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            print(file.relative_to(TESTS))


if __name__ == "__main__":
    main()
