"""Generated C libraries: compiled for a Cortex-M4 and for this machine, and run."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from contract_models import detection_model, image_model, multi_model
from litert_models import Spec, build, pass_through

from edgeflow.model import metadata as m
from edgeflow.model.metadata_write import write_metadata
from edgeflow.pipeline.generate import generate

TESTS = Path(__file__).parents[1]
M4 = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic", "-Werror")
_RNG = np.random.default_rng(29)
PHOTO = _RNG.integers(0, 256, (9, 7, 3), dtype=np.uint8)
_REAL = _RNG.normal(100, 70, (5, 4)).astype(np.float32)


def uint8_image(output: str = "colours") -> bytes:
    """A uint8 picture of 4 × 4 to one of 1 × 1, whose three values are classes: edgeflow's runtime moves such bytes."""
    quantized = ((1 / 128,), (128,))
    specs = [
        Spec("image", "UINT8", [1, 4, 4, 3], *quantized),
        Spec(output, "UINT8", [1, 1, 1, 3], *quantized),
        Spec("size", "INT32", [2], constant=np.asarray([1, 1], np.int32)),
    ]
    options = schema.ResizeNearestNeighborOptionsT()
    content = build(specs, [0], [1], schema.BuiltinOperator.RESIZE_NEAREST_NEIGHBOR, options)
    unit = m.ProcessUnit(m.Normalization((127.5,), (127.5,)))
    image = m.TensorMetadata("picture", content=m.Content(m.Image("rgb")), units=(unit,))
    labels = (m.AssociatedFile("en.txt", type="axis-labels"), m.AssociatedFile("de.txt", "", "axis-labels", "de"))
    graph = m.SubGraphMetadata(inputs=(image,), outputs=(m.TensorMetadata("probability", files=labels),))
    files = {"en.txt": b"red\ngreen\nblue\n", "de.txt": "rot\ngrün\nblau\n".encode()}
    return write_metadata(content, m.ModelMetadata(name="test", subgraphs=(graph,)), files)


_SOUND = """schema = 1
[pre.sound]
kind = "audio"
sample_rate = 16000
channels = 1
[post.loud]
kind = "values"
activation = "softmax"
"""
_FITTED = """schema = 1
[pre.image]
kind = "image"
fit = "letterbox"
resize = "nearest"
mean = [127.5, 100, 90]
std = [127.5, 60, 128]
[post.colours]
kind = "classes"
activation = "sigmoid"
top_k = 2
"""
# name → model, project file or None, inputs of each golden case
MODELS: dict[str, tuple[Callable[[], bytes], str | None, list[dict[str, np.ndarray]]]] = {
    "image_float32": (lambda: image_model("FLOAT32"), None, [{"image": PHOTO}]),
    "image_int8": (
        lambda: image_model("INT8"), None, [{"image": PHOTO}, {"image": _REAL}]
    ),
    "image_uint8": (uint8_image, None, [{"image": photo} for photo in (PHOTO, PHOTO[:4, :4], PHOTO[:, :, 0])]),
    "image_fitted": (lambda: image_model("INT8"), _FITTED, [{"image": PHOTO}, {"image": PHOTO[:3]}]),
    "sound": (
        lambda: pass_through(["sound"], ["loud"], shape=(1, 40)),
        _SOUND,
        [
            {"sound": _RNG.integers(-32768, 32767, 33).astype(np.int16)},
            {"sound": _RNG.uniform(-1, 1, (40, 2)).astype(np.float32)},
        ],
    ),
    "detection": (
        detection_model,
        None,
        [
            {
                "in_boxes": _RNG.uniform(0, 1, (1, 3, 4)).astype(np.float32),
                "in_classes": np.asarray([[1, 0, 1]], np.float32),
                "in_scores": np.asarray([[0.5, 0.75, 0.125]], np.float32),
                "in_count": np.asarray([3], np.float32),
            }
        ],
    ),
    "multi": (
        multi_model, None, [{name: _RNG.normal(size=(1, 4)).astype(np.float32) for name in ("left", "right", "bias")}]
    ),
    "kws_int8": (
        (TESTS / "data/kws_int8.tflite").read_bytes,
        None,
        [
            {"0": _RNG.integers(-128, 127, (1, 49, 10, 1), dtype=np.int8)},
            {"0": _RNG.normal(size=(1, 49, 10, 1)).astype(np.float32)},
        ],
    ),
    "two_signatures": (
        (TESTS / "data/two_signatures_float32.tflite").read_bytes,
        None,
        [{"plain": _RNG.normal(size=(1, 6)).astype(np.float32)}, {"code": _RNG.normal(size=(1, 3)).astype(np.float32)}],
    ),
}  # fmt: skip
FORMS = [
    (name, form) for name in MODELS for form in ("interpreter", "aot") if (name, form) != ("two_signatures", "aot")
]


def write_library(name: str, form: str, folder: Path, target: str = "cortex-m4", *, golden: bool = True) -> Path:
    """Generate the library of a model, with its golden vectors, below `folder`."""
    make, project, cases = MODELS[name]
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.tflite"
    model.write_bytes(make())
    files = [folder / f"{name}_{number}.npz" for number in range(len(cases))]
    for file, arrays in zip(files, cases, strict=True):
        np.savez(file, **arrays)
    rules = folder / f"{name}.toml"
    if project is not None:
        rules.write_text(project)
    output = folder / form / name
    generate(
        model,
        target=target,
        language="c",
        form=form,
        output=output,
        golden=files if golden else (),
        project=rules if project else None,
    )
    return output


def compile_objects(library: Path, cache: Path, flags: Sequence[str] = M4) -> list[Path]:
    """Objects for a Cortex-M4 of a library and its self-test; what several libraries share is compiled once.

    Symbols therefore keep the runtime's names: the guard of ef_names.h is defined.
    """
    cache.mkdir(parents=True, exist_ok=True)
    own_config = (library / "src/ef_config.h").read_bytes()
    config = own_config if b"ef_config_defaults.h" in own_config else b""
    objects = []
    for source in sorted([*(library / "src").glob("*.c"), *(library / "golden").glob("*.c")]):
        shared = source.name.startswith("ef_") and source.name != "ef_operators.c"
        plan = re.findall(rb"EF_WITH_PLAN_ENTRY \d", config)
        mark = source.read_bytes() + (b"".join(plan) if shared else str(source).encode()) + " ".join(flags).encode()
        made = cache / f"{source.stem}-{hashlib.sha256(mark).hexdigest()[:12]}.o"
        if not made.exists():
            # gnu11 as vendors' tools take it, where GCC would fuse multiplications and additions
            options = [
                *flags,
                "-DEF_LIBRARY_NAMES_H",
                "-std=gnu11",
                "-O2",
                "-ffunction-sections",
                "-fdata-sections",
                "-Wall",
                "-Werror",
            ]
            folders = [f"-I{library / 'src'}", f"-I{library / 'golden'}"]
            run(["arm-none-eabi-gcc", *options, *folders, "-c", str(source), "-o", str(made)])
        objects.append(made)
    return objects


def run_on_m4(objects: Sequence[Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Link for QEMU's MPS2 board AN386 and run; output and exit code come through semihosting."""
    runtime = TESTS / "runtime"
    program = folder / "selftest.elf"
    board = [*M4, str(runtime / "mps2_an386.c"), "--specs=rdimon.specs", "-T", str(runtime / "mps2_an386.ld")]
    run(["arm-none-eabi-gcc", "-O1", *board, "-Wl,--gc-sections", *map(str, objects), "-o", str(program), "-lm"])
    qemu = ["qemu-system-arm", "-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none"]
    command = [*qemu, "-semihosting-config", "enable=on,target=native", "-kernel", str(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)


def run(command: Sequence[str], cwd: Path | None = None) -> str:
    """What a command that must succeed prints."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"{' '.join(command)[:400]}\n{(done.stdout + done.stderr)[-4000:]}"
    return done.stdout
