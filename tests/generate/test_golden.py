"""Golden trees: rendered again they are the same, and they compile and run as they lie there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from contract_models import detection_model
from regenerate import CARRIED, CASES, GOLDEN, write_case

from edgeflow.generate.escape import FILTERS
from edgeflow.generate.languages import load_languages

AGAIN = "changed: look at the difference, then run python tests/generate/regenerate.py"


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def lie_there(case: str, tmp_path: Path) -> Path:
    """A copy of the golden tree with what it carries."""
    folder = Path(shutil.copytree(GOLDEN / case, tmp_path / case, ignore=shutil.ignore_patterns("__pycache__")))
    for package in (path.parent for path in folder.rglob("wrapper.py")):
        for name, source in CARRIED.items():
            (package / name).write_bytes(source)
    return folder


def run(command: list[str], cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("case", CASES)
def test_a_tree_rendered_again_is_the_golden_one(case: str, tmp_path: Path) -> None:
    write_case(case, tmp_path / "out")
    found, golden = tree(tmp_path / "out"), tree(GOLDEN / case)
    for path in [path for path in found if Path(path).name in CARRIED]:
        first, own = found.pop(path).split(b"\n", 1)
        assert first.startswith(b"# ") and own == CARRIED[Path(path).name]
    assert sorted(found) == sorted(golden), AGAIN
    for name in golden:
        assert found[name] == golden[name], f"{case}/{name} {AGAIN}"


def test_there_is_no_golden_tree_without_a_case() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(CASES)


@pytest.mark.parametrize(("case", "symbol"), [("c-array", "two_signatures"), ("c-incbin", "two_signatures_float32")])
def test_golden_c_compiles_and_is_the_model(case: str, symbol: str, tmp_path: Path) -> None:
    folder = lie_there(case, tmp_path)
    (source,) = (path for path in folder.iterdir() if path.suffix in (".c", ".S"))
    (folder / "main.c").write_text(
        f'#include <stdio.h>\n#include "{symbol}.h"\n'
        f"int main(void) {{ return fwrite({symbol}, 1, {symbol}_size, stdout) != {symbol.upper()}_SIZE; }}\n"
    )
    flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
    run(["gcc", *flags, "main.c", source.name, "-o", "main"], folder)
    read = subprocess.run([folder / "main"], capture_output=True, timeout=60, check=True).stdout
    assert read == Path(CASES[case]["model"]).read_bytes()
    run(["arm-none-eabi-gcc", *flags, "-mcpu=cortex-m0plus", "-mthumb", "-c", source.name, "-o", "m0.o"], folder)


def test_the_golden_image_package_gives_litert_s_answer(tmp_path: Path) -> None:
    folder = lie_there("python-image", tmp_path)
    script = """
import numpy as np
from thumbnail import Thumbnail
image = np.random.default_rng(5).integers(0, 256, (9, 7, 3), dtype=np.uint8)
result = Thumbnail().run(image)
print(result.raw.colours.tolist(), [(c.index, c.label) for c in result.colours.top])
"""
    found = run([sys.executable, "-B", "-c", script], folder)
    image = np.random.default_rng(5).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    rows, columns = ((np.arange(4) + 0.5) * 9 / 4).astype(int), ((np.arange(4) + 0.5) * 7 / 4).astype(int)
    real = (image[rows][:, columns][:, :, ::-1].astype(np.float32) - 127.5) / 127.5
    steps = np.trunc(real * 128 + np.copysign(0.5, real)) + 128
    litert = Interpreter(model_path=str(CASES["python-image"]["model"]))
    litert.allocate_tensors()
    litert.set_tensor(litert.get_input_details()[0]["index"], np.clip(steps, 0, 255).astype(np.uint8)[None])
    litert.invoke()
    raw = litert.get_tensor(litert.get_output_details()[0]["index"])
    best = np.argsort(-raw[0].astype(int), kind="stable")[:2].tolist()
    assert found.strip() == f"{raw.tolist()} {[(i, ('blue', 'green', 'red')[i]) for i in best]}"


def test_the_golden_signatures_package_counts(tmp_path: Path) -> None:
    folder = lie_there("python-signatures", tmp_path)
    script = (
        "from counter import Counter; c = Counter(); c.add([1, 2]); c.add([1, 2]); print(c.read().total.reshape(-1))"
    )
    assert run([sys.executable, "-B", "-c", script], folder).strip() == "[2. 4.]"


def test_every_text_of_a_model_or_user_is_filtered_in_every_template() -> None:
    plain = {"symbol", "macro", "class_name", "package", "sha256", "model_bytes", "form"}  # made or checked by edgeflow
    outside = {"model_file", "command", "title", "description", "name", "key", "dtype", "label", "warning"}
    seen = 0
    for path in (path for one in load_languages().values() for path in one.folder.rglob("*.j2")):
        for expression in re.findall(r"{{(.*?)}}", path.read_text(encoding="utf-8"), re.DOTALL):
            subject, *filters = (part.strip() for part in expression.split("|"))
            last = re.split(r"[.\s]", subject)[-1].rstrip(")")
            if subject == "name":  # exported classes, made by edgeflow
                continue
            if last in outside or filters[:1] in (["input_text"], ["result_text"]):
                seen += 1
                assert filters and filters[-1] in FILTERS, f"{path}: {expression}"
            elif subject.startswith("m."):
                assert last.partition("[")[0] in plain, f"{path}: {expression}"
    assert seen > 20


def test_the_golden_detector_finds_what_its_tensors_hold(tmp_path: Path) -> None:
    folder = lie_there("python-detection", tmp_path)
    assert Path(CASES["python-detection"]["model"]).read_bytes() == detection_model(), "as contract_models makes it"
    script = """
from detector import Detector
boxes = [[[0.25, 0.125, 0.75, 0.5], [0, 0, 1, 1], [0, 0, 0.5, 0.5]]]
model = Detector(locale="de")
found = model.run(in_boxes=boxes, in_classes=[[1, 0, 0]], in_scores=[[0.5, 0.25, 0.75]], in_count=[3])
print([(d.label, d.score, d.box.left, d.box.top, d.box.right, d.box.bottom) for d in found.detection_result])
"""
    # the boxes' index puts top before left, the threshold of 0.3 leaves the second out
    expected = [("Katze", 0.75, 0.0, 0.0, 0.5, 0.5), ("Hündin", 0.5, 0.125, 0.25, 0.5, 0.75)]
    assert run([sys.executable, "-B", "-c", script], folder).strip() == str(expected)
