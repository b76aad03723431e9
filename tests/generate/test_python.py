"""The Python package: typed, and giving LiteRT's own answers from a clean directory in a process of its own."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from contract_models import audio_model, detection_model, image_model, photo_model, text_model, with_metadata
from litert_models import pass_through, quantize_model, reference, resize_model
from test_hostile import hostile_model

from edgeflow.generate.context import Options, build_context
from edgeflow.generate.languages import load_languages
from edgeflow.generate.prepost import PreStep
from edgeflow.generate.render import render
from edgeflow.generate.signals import Tokenizer
from edgeflow.model import metadata as m
from edgeflow.pipeline.generate import generate
from edgeflow.targets.registry import resolve
from tests.custom_operators import cosh_model

# generated package, class, method and inputs by argument; writes every output, raw and read, to a file
DRIVER = """
import importlib, sys
import numpy as np
package, name, method, inputs, outputs = sys.argv[1:]
model = getattr(importlib.import_module(package), name)()
given = dict(np.load(inputs))
raw = getattr(model, method + "_raw")(**given)
read = getattr(model, method)(**given)
found = {f"raw.{k}": v for k, v in vars(raw).items()}
found |= {f"again.{k}": v for k, v in vars(read.raw).items()}
found |= {f"read.{k}": v for k, v in vars(read).items() if k != "raw"}
np.savez(outputs, **found)
assert not any(m.split(".")[0] in ("edgeflow", "tensorflow", "jinja2") for m in sys.modules), "not self-contained"
"""
PACKAGES = {
    "sine_int8": "SineInt8",
    "sine_float32": "SineFloat32",
    "kws_int8": "KwsInt8",
    "resnet8_int8": "Resnet8Int8",
    "ad01_int8": "Ad01Int8",
    "dict_io_int8": "DictIoInt8",
    "mixed_int8": "MixedInt8",
    "kws_float16": "KwsFloat16",
}


def python(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONPATH": str(cwd)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=240, check=False)


def random_inputs(details: list[dict]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    found = {}
    for detail in details:
        shape = tuple(detail["shape"])
        if np.issubdtype(detail["dtype"], np.integer):
            limits = np.iinfo(detail["dtype"])
            found[detail["name"]] = rng.integers(limits.min, limits.max, shape, dtype=detail["dtype"], endpoint=True)
        else:
            found[detail["name"]] = rng.normal(size=shape).astype(detail["dtype"])
    return found


@pytest.mark.parametrize("name", PACKAGES)
def test_raw_outputs_equal_litert_to_the_last_bit(name: str, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "package"
    generate(data / f"{name}.tflite", target="raspberry-pi-4", output=out)
    runner = Interpreter(model_path=str(data / f"{name}.tflite")).get_signature_runner()
    details = runner.get_input_details()
    inputs = random_inputs([{**details[key], "name": key} for key in details])
    expected = runner(**inputs)
    np.savez(tmp_path / "in.npz", **inputs)
    done = python(out, "-c", DRIVER, name, PACKAGES[name], "run", str(tmp_path / "in.npz"), str(tmp_path / "out.npz"))
    assert done.returncode == 0, done.stderr
    found = dict(np.load(tmp_path / "out.npz"))
    assert len(found) == 3 * len(expected)
    for key, value in expected.items():
        for kind in ("raw", "again"):
            assert found[f"{kind}.{key}"].dtype == value.dtype
            assert found[f"{kind}.{key}"].tobytes() == value.tobytes()
        detail = runner.get_output_details()[key]
        read = value
        if np.issubdtype(value.dtype, np.integer):
            scale, zero_point = detail["quantization"]
            read = ((value.astype(np.float64) - zero_point) * scale).astype(np.float32)
        assert found[f"read.{key}"].tobytes() == read.tobytes()


def test_every_signature_answers_and_variables_live_between_runs_until_reset(data: Path, tmp_path: Path) -> None:
    generate(data / "two_signatures_float32.tflite", target="linux-x86-64", output=tmp_path / "two")
    generate(data / "counter_float32.tflite", target="linux-x86-64", output=tmp_path / "count")
    script = """
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from two_signatures_float32 import TwoSignaturesFloat32
model = TwoSignaturesFloat32(threads=1)
litert = Interpreter(model_path=MODEL, num_threads=1)
x = np.linspace(-1, 1, 6, dtype=np.float32)
code = model.encode(x).code
assert code.tobytes() == litert.get_signature_runner("encode")(plain=x[None])["code"].tobytes()
plain = model.decode(code=code).plain
assert plain.tobytes() == litert.get_signature_runner("decode")(code=code)["plain"].tobytes()
from counter_float32 import CounterFloat32
counter = CounterFloat32()
assert counter.read().total.reshape(-1).tolist() == [0, 0]
counter.add([1, 2])
counter.add([[1, 2]])
assert counter.read().raw.total.reshape(-1).tolist() == [2, 4]
counter.reset()
assert counter.read().total.reshape(-1).tolist() == [0, 0]
counter.add([3, 4])
assert counter.read().total.reshape(-1).tolist() == [3, 4]
other = CounterFloat32()
assert other.read().total.reshape(-1).tolist() == [0, 0]
"""
    script = script.replace("MODEL", repr(str(data / "two_signatures_float32.tflite")))
    (tmp_path / "two/counter_float32").symlink_to(tmp_path / "count/counter_float32")
    done = python(tmp_path / "two", "-c", script)
    assert done.returncode == 0, done.stderr


def test_a_free_batch_follows_the_array(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_any_batch_float32.tflite", target="raspberry-pi-4", output=tmp_path)
    script = """
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from sine_any_batch_float32 import SineAnyBatchFloat32
model = SineAnyBatchFloat32()
runner = Interpreter(model_path="sine_any_batch_float32/model.tflite").get_signature_runner()
(key,) = runner.get_input_details()
for batch in (1, 5, 5, 2, 1):
    x = np.random.default_rng(batch).uniform(0, 6, (batch, 1)).astype(np.float32)
    found, = (v for k, v in vars(model.run(x)).items() if k != "raw")
    expected, = runner(**{key: x}).values()
    assert found.shape == (batch, 1) and found.tobytes() == expected.tobytes()
"""
    done = python(tmp_path, "-c", script)
    assert done.returncode == 0, done.stderr


def test_another_model_file_is_refused_at_load(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="raspberry-pi-4", output=tmp_path)
    model = tmp_path / "sine_int8/model.tflite"
    assert model.read_bytes() == (data / "sine_int8.tflite").read_bytes()
    model.write_bytes(model.read_bytes()[:-1] + b"\x01")
    done = python(tmp_path, "-c", "import sine_int8; sine_int8.SineInt8()")
    assert done.returncode != 0 and "is not the model of this package: its SHA-256 is" in done.stderr
    good = str(data / "sine_int8.tflite")
    done = python(tmp_path, "-c", f"import sine_int8; sine_int8.SineInt8(model_path={good!r})")
    assert done.returncode == 0, done.stderr


def test_without_an_interpreter_the_error_names_what_to_install(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="raspberry-pi-4", output=tmp_path)
    script = (
        "import sys; sys.modules.update(ai_edge_litert=None, tflite_runtime=None); import sine_int8 as s; s.SineInt8()"
    )
    done = python(tmp_path, "-c", script)
    assert done.returncode != 0 and "install ai-edge-litert" in done.stderr


def test_tflite_runtime_takes_over_where_ai_edge_litert_is_missing(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="raspberry-pi-armv7", output=tmp_path)
    script = """
import sys, types
import ai_edge_litert.interpreter as real
sys.modules.update({"ai_edge_litert": None, "ai_edge_litert.interpreter": None})
old = types.ModuleType("tflite_runtime.interpreter")
class Interpreter(real.Interpreter):
    pass
old.Interpreter = Interpreter
sys.modules.update({"tflite_runtime": types.ModuleType("tflite_runtime"), "tflite_runtime.interpreter": old})
import sine_int8
model = sine_int8.SineInt8()
assert type(model._runtime._interpreter) is Interpreter
print(model.run([0.5]))
"""
    done = python(tmp_path, "-c", script)
    assert done.returncode == 0, done.stderr


PROJECT = """
schema = 1
[pre.{name}]
kind = "image"
resize = "bilinear"
mean = [127.5]
std = [127.5]
[post.0]
kind = "classes"
activation = "softmax"
labels = "labels.txt"
top_k = 3
threshold = 0.01
"""


def test_an_image_is_resized_normalized_and_its_classes_labelled(data: Path, tmp_path: Path) -> None:
    model = data / "resnet8_int8.tflite"
    runner = Interpreter(model_path=str(model)).get_signature_runner()
    ((key, detail),) = runner.get_input_details().items()
    labels = ['cat "x"', "dög", "*/", "'''", '"""', "\\", "a", "b", "c", "d"]
    (tmp_path / "labels.txt").write_text("\n".join(labels), encoding="utf-8")
    (tmp_path / "edgeflow.toml").write_text(PROJECT.format(name=key))
    generate(model, target="raspberry-pi-4", output=tmp_path / "out", project=tmp_path / "edgeflow.toml")
    image = np.random.default_rng(3).integers(0, 256, (50, 41, 3), dtype=np.uint8)
    np.save(tmp_path / "image.npy", image)
    script = f"""
import json, sys, numpy as np
from resnet8_int8 import Resnet8Int8
result = Resnet8Int8().run(np.load({str(tmp_path / "image.npy")!r}))
(field,) = (v for k, v in vars(result).items() if k != "raw")
(raw,) = vars(result.raw).values()
print(json.dumps([raw.tolist(), field.values.tolist(), [[c.index, c.label, c.score] for c in field.top]]))
"""
    done = python(tmp_path / "out", "-c", script)
    assert done.returncode == 0, done.stderr
    raw, values, top = json.loads(done.stdout)
    # the oracle: LiteRT resizes and quantizes, numpy does the rest
    resized = reference(resize_model("bilinear", image.shape, detail["shape"][1:3]), image[None].astype(np.float32))[0]
    normal = ((resized - np.float32(127.5)) / np.float32(127.5)).reshape(1, -1)
    scale, zero_point = detail["quantization"]
    tensor = reference(quantize_model(normal.size, "INT8", scale, zero_point), normal)[0].reshape(detail["shape"])
    (expected,) = runner(**{key: tensor}).values()
    assert raw == expected.tolist()
    (answer,) = runner.get_output_details().values()
    scale, zero_point = answer["quantization"]
    real = (expected[0].astype(np.float64) - zero_point) * scale
    softmax = np.exp(real) / np.exp(real).sum()
    np.testing.assert_allclose(values, softmax, rtol=1e-5)
    order = [i for i in np.argsort(-softmax, kind="stable")[:3] if softmax[i] >= 0.01]
    assert [(index, label) for index, label, _ in top] == [(i, labels[i]) for i in order]
    np.testing.assert_allclose([score for *_, score in top], softmax[order], rtol=1e-5)


FITTED = """schema = 1
[pre.image]
kind = "image"
fit = "crop"
[post.boxes]
kind = "boxes"
scores = "scores"
"""
SPECIAL = {"heard": audio_model(), "worded": text_model(), "fitted": photo_model()}


def test_generated_code_is_python_3_9_and_clean(data: Path, tmp_path: Path) -> None:
    for name in ("sine_int8", "two_signatures_float32", "counter_float32", "dict_io_int8"):
        generate(data / f"{name}.tflite", target="raspberry-pi-4", output=tmp_path / name)
    (tmp_path / "fitted.toml").write_text(FITTED)
    for name, content in SPECIAL.items():
        (tmp_path / f"{name}.tflite").write_bytes(content)
        fitted = tmp_path / "fitted.toml" if name == "fitted" else None
        generate(tmp_path / f"{name}.tflite", target="raspberry-pi-4", output=tmp_path / name, project=fitted)
    for path in tmp_path.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    rules = ["check", "--isolated", "--target-version", "py39", "--select", "E,W,F,I", "--ignore", "E501"]
    done = python(tmp_path, "-m", "ruff", *rules, ".")
    assert done.returncode == 0, done.stdout


def test_mypy_strict_is_clean_on_packages_of_every_kind(data: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("\n".join("abcdefghij"))
    (tmp_path / "edgeflow.toml").write_text(PROJECT.format(name="0"))
    cases = ["sine_int8", "two_signatures_float32", "counter_float32", "dict_io_int8", "resnet8_int8"]
    for number, names in enumerate(HOSTILE_NAMES):
        (tmp_path / f"hostile_{number}.tflite").write_bytes(pass_through(names, names[::-1]))
        generate(tmp_path / f"hostile_{number}.tflite", target="raspberry-pi-4", output=tmp_path / f"hostile_{number}")
    for name in cases:
        project = tmp_path / "edgeflow.toml" if name == "resnet8_int8" else None
        generate(data / f"{name}.tflite", target="raspberry-pi-4", output=tmp_path / name, project=project)
    (tmp_path / "fitted.toml").write_text(FITTED)
    more = {"detector": detection_model(), "labelled": image_model("UINT8"), **SPECIAL}
    for name, content in more.items():
        (tmp_path / f"{name}.tflite").write_bytes(content)
        fitted = tmp_path / "fitted.toml" if name == "fitted" else None
        generate(tmp_path / f"{name}.tflite", target="raspberry-pi-4", output=tmp_path / name, project=fitted)
        cases.append(name)
    use = tmp_path / "use.py"
    use.write_text(
        "from resnet8_int8 import Classes, Resnet8Int8, RunResult\n"
        "from detector import Box, Detection, Detector\n"
        "from sine_int8 import SineInt8\n"
        "def best(found: tuple[Detection, ...]) -> Box: return found[0].box\n"
        "best(Detector(locale='de').run(in_boxes=1, in_classes=1, in_scores=1, in_count=1).detection_result)\n"
        "result: RunResult = Resnet8Int8(threads=2).run([[1.0]])\n"
        "import heard, worded\n"
        "first = next(heard.Heard().run_frames(heard.Audio([0.5], 8000)))\n"
        "worded.Worded().run('good')\n"
        "SineInt8().run(nonsense=1)\n"
    )
    cases += [f"hostile_{number}" for number in range(len(HOSTILE_NAMES))]
    paths = os.pathsep.join(str(tmp_path / name) for name in cases)
    packages = [word for name in cases for word in ("-p", name)]
    mypy = [
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--cache-dir",
        str(tmp_path / "cache"),
        "--python-version",
        "3.11",
    ]
    environment = {**os.environ, "MYPYPATH": paths}
    for arguments, status in ((packages, 0), ([str(use)], 1)):
        done = subprocess.run(
            [sys.executable, *mypy, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
    assert 'Unexpected keyword argument "nonsense"' in done.stdout and "Found 1 error" in done.stdout
    assert done.stdout.count("error:") == 1


def test_the_package_builds_as_a_wheel_that_holds_model_and_types(data: Path, tmp_path: Path) -> None:
    generate(data / "sine_int8.tflite", target="raspberry-pi-4", output=tmp_path / "out")
    about = tomllib.loads((tmp_path / "out/pyproject.toml").read_text(encoding="utf-8"))
    assert about["project"]["name"] == "sine-int8"
    done = python(tmp_path / "out", "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist"))
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        assert packed.read("sine_int8/model.tflite") == (data / "sine_int8.tflite").read_bytes()
    assert {"sine_int8/__init__.py", "sine_int8/wrapper.py", "sine_int8/py.typed"} <= names


HOSTILE_NAMES = [
    ['"""', "a */ evil", "line\nbreak", ""],
    ["class", "self", "np", "raw"],
    ["x", "x", "x_2", "X"],
    ["日本", "\\", "{{ m }}", "' + __import__('os').system('false') + '"],
    ["tuple", "_tensors", "__init__", "mean"],
]


@pytest.mark.parametrize("names", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_hostile_tensor_names_are_only_names(names: list[str], tmp_path: Path) -> None:
    content = pass_through(names, names[::-1])
    path = tmp_path / 'a\n""" evil \\ * ${x}.tflite'
    path.write_bytes(content)
    generate(path, target="raspberry-pi-4", output=tmp_path / "out", name="wrapped")
    script = """
import inspect, json
import numpy as np
from wrapped import Wrapped
names = list(inspect.signature(Wrapped.run_raw).parameters)[1:]
given = {name: np.full((1, 4), -1 - n, np.float32) for n, name in enumerate(names)}
model = Wrapped()
print(json.dumps([v.tolist() for v in vars(model.run_raw(**given)).values()]))
model.run(**given)
"""
    done = python(tmp_path / "out", "-c", script)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[[n + 1.0] * 4] for n in range(4)]
    about = tomllib.loads((tmp_path / "out/pyproject.toml").read_text(encoding="utf-8"))
    assert path.name in about["project"]["description"]


@pytest.mark.parametrize(
    ("name", "said"), [("Cosh", "custom operators (Cosh)"), ("FlexCosh", "Select TF operators (FlexCosh)")]
)
def test_operators_that_need_kernels_are_named_in_the_package(tmp_path: Path, name: str, said: str) -> None:
    model = tmp_path / "own.tflite"
    model.write_bytes(cosh_model(name))
    generate(model, target="linux-x86-64", language="python", output=tmp_path / "out")
    wrapper, readme = tmp_path / "out" / "own" / "wrapper.py", tmp_path / "out" / "README.md"
    assert f"Warning: the model has {said}" in (ast.get_docstring(ast.parse(wrapper.read_text("utf-8"))) or "")
    (warning,) = [line for line in readme.read_text("utf-8").splitlines() if line.startswith("**Warning:**")]
    assert said in warning.replace("\\", "")


def test_calibrated_scores_and_named_values_come_out_of_the_package(tmp_path: Path) -> None:
    calibration = m.AssociatedFile("c.txt", type="score-calibration")
    words = m.AssociatedFile("words.txt", type="value-labels")
    score = m.TensorMetadata("score", units=(m.ProcessUnit(m.ScoreCalibration("log", 0.125)),), files=(calibration,))
    value = m.TensorMetadata("word", files=(words,))
    graph = m.SubGraphMetadata(outputs=(score, value))
    files = {"c.txt": b"1,2,0.5\n\n0.5,1,0,0.75\n1,1,1\n", "words.txt": b"no\nyes\n"}
    (tmp_path / "said.tflite").write_bytes(with_metadata(pass_through(["a", "b"], ["score", "word"]), graph, files))
    generate(tmp_path / "said.tflite", target="linux-x86-64", output=tmp_path / "out")
    script = """
import json
from said import Said
result = Said().run(a=[0.5, 0.5, 0.5, 0.25], b=[1, 0, 2, 1])
print(json.dumps([result.score.values.tolist(), [c.index for c in result.score.top], result.word]))
"""
    done = python(tmp_path / "out", "-c", script)
    assert done.returncode == 0, done.stderr
    values, top, named = json.loads(done.stdout)
    # 1 / (1 + exp(-(slope * log s + offset))): no line for class 1, class 2 is below its least score
    expected = [1 / (1 + np.exp(-(2 * np.log(0.5) + 0.5))), 0.125, 0.125, 1 / (1 + np.exp(-(np.log(0.25) + 1)))]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    assert top == [3, 0, 1, 2] and named == ["yes", "no", "", "yes"]


def test_hostile_words_of_a_vocabulary_stay_data() -> None:
    words = ['"""', "\\", "{{ m }}", "' + evil() + '", "\u202e", "\x00", "na\u00efve", "}"]
    model = hostile_model(["text"], [], "m")
    context = build_context(model, *resolve("raspberry-pi-4"), Options("python"))
    tokenizer = Tokenizer('"\\\n', True, {word: number for number, word in enumerate(words)}, None, 0, 1)
    (entry,) = context.entries
    port = replace(entry.inputs[0], pre=PreStep("text", tokenizer=tokenizer))
    context = replace(context, entries=(replace(entry, inputs=(port,)),))
    files = render(load_languages()["python"], context, model.content)
    tree = ast.parse(files["m/wrapper.py"].decode(), feature_version=(3, 9))
    (made,) = [
        {word.arg: ast.literal_eval(word.value) for word in node.keywords}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_signals.Tokenizer"
    ]
    assert Tokenizer(**made) == tokenizer
