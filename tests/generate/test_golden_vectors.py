"""Golden vectors: recorded by `generate --golden`, right by LiteRT and numpy, and held by the installed package."""

from __future__ import annotations

import base64
import configparser
import json
import os
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from contract_models import audio_model, detection_model, image_model, multi_model, photo_model, saved, text_model
from litert_models import reference, resize_model

from edgeflow.cli import main
from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.pipeline.generate import generate
from tests.environments import python_with
from tests.schemas import check_answer

RNG = np.random.default_rng(11)
PHOTO = {"image": RNG.integers(0, 256, (9, 7, 3), dtype=np.uint8)}
BOXES = {
    "in_boxes": RNG.uniform(0, 1, (1, 3, 4)).astype(np.float32),
    "in_classes": np.asarray([[1, 0, 1]], np.float32),
    "in_scores": np.asarray([[0.5, 0.75, 0.125]], np.float32),
    "in_count": np.asarray([3], np.float32),
}
THREE = {name: RNG.normal(size=(1, 4)).astype(np.float32) for name in ("left", "right", "bias")}
SOUND = {"sound": RNG.integers(-32768, 32768, 90, dtype=np.int16)}
FITTED = {**PHOTO, "in_boxes": BOXES["in_boxes"][:, :2], "in_scores": BOXES["in_scores"][:, :2]}
MODELS: dict[str, tuple[Callable[[], bytes], list[dict[str, np.ndarray]]]] = {
    "image_float32": (lambda: image_model("FLOAT32"), [PHOTO]),
    "image_int8": (lambda: image_model("INT8"), [PHOTO]),
    "image_uint8": (lambda: image_model("UINT8"), [PHOTO, {"image": PHOTO["image"][:, :, 0]}]),
    "detection": (detection_model, [BOXES]),
    "multi": (multi_model, [THREE]),
    "audio": (audio_model, [SOUND]),
    "stereo": (lambda: audio_model("INT8", 2), [{"sound": SOUND["sound"].reshape(-1, 2)}, SOUND]),
    "text": (text_model, [{"text": np.asarray("A good, isn't na\u00efve bad")}]),
    "photo": (photo_model, [FITTED]),
}
PROJECTS = {
    "photo": '[pre.image]\nkind = "image"\nfit = "letterbox"\n[post.boxes]\nkind = "boxes"\nscores = "scores"\n'
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every model's package with golden vectors."""
    folder = tmp_path_factory.mktemp("golden")
    for name, (make, cases) in MODELS.items():
        files = [folder / f"{name}_{number}.npz" for number in range(len(cases))]
        for file, arrays in zip(files, cases, strict=True):
            np.savez(file, **arrays)
        project = folder / f"{name}.toml" if name in PROJECTS else None
        if project:
            project.write_text(f"schema = 1\n{PROJECTS[name]}")
        model = saved(folder, name, make())
        generate(model, target="linux-x86-64", output=folder / name, golden=files, project=project)
    return {name: folder / name for name in MODELS}


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.parametrize("dtype", ["float32", "int8", "uint8"])
def test_an_image_model_s_vectors_are_what_litert_and_numpy_say(packages: dict[str, Path], dtype: str) -> None:
    name = f"image_{dtype}"
    golden = np.load(packages[name] / name / "golden.npz")
    assert golden["0/input/image"].tobytes() == PHOTO["image"].tobytes()
    resized = reference(resize_model("bilinear", (9, 7, 3), (4, 4)), PHOTO["image"].astype(np.float32)[None])[0]
    if dtype == "float32":
        tensor = (resized - np.float32(127.5)) / np.float32(127.5)
    else:  # std * scale is 127.5 / 128
        steps = ((resized - np.float32(127.5)) / np.float32(127.5 / 128)).astype(np.float64)
        tensor = np.clip(np.trunc(steps + np.copysign(0.5, steps)) + (128 if dtype == "uint8" else 0), -128, 255)
        tensor = np.clip(tensor, *((0, 255) if dtype == "uint8" else (-128, 127))).astype(dtype)
    assert golden["0/tensor/image"].dtype == dtype and golden["0/tensor/image"].tobytes() == tensor.tobytes()
    litert = Interpreter(model_path=str(packages[name] / name / "model.tflite"))
    litert.allocate_tensors()
    litert.set_tensor(litert.get_input_details()[0]["index"], tensor)
    litert.invoke()
    detail = litert.get_output_details()[0]
    raw = litert.get_tensor(detail["index"])
    assert golden["0/raw/colours"].tobytes() == raw.tobytes()
    scale, zero_point = detail["quantization"]
    real = raw if dtype == "float32" else ((raw.astype(np.float64) - zero_point) * scale).astype(np.float32)
    assert golden["0/result/colours/values"].tobytes() == real.tobytes()
    order = [i for i in np.argsort(-real[0], kind="stable") if real[0][i] >= 0]
    assert golden["0/result/colours/index"].tolist() == order
    assert golden["0/result/colours/label"].tolist() == [("red", "green", "blue")[i] for i in order]


def test_a_detection_model_s_vectors_hold_typed_detections(packages: dict[str, Path]) -> None:
    golden = np.load(packages["detection"] / "detection/golden.npz")
    found = {key: golden[f"0/result/detection_result/{key}"] for key in ("index", "label", "score", "box")}
    assert found["label"].tolist() == ["cat", "dog"] and found["score"].tolist() == [0.75, 0.5]
    swapped = BOXES["in_boxes"][0][[1, 0]][:, [1, 0, 3, 2]]
    assert found["box"].tobytes() == np.ascontiguousarray(swapped).tobytes()


def test_boxes_on_a_letterboxed_picture_lie_on_the_photo(packages: dict[str, Path]) -> None:
    golden = np.load(packages["photo"] / "photo/golden.npz")
    # the photo of 9 x 7 takes 4 rows of the picture and 3 of its 8 columns, from the third on
    left, top, right, bottom = FITTED["in_boxes"][0].astype(np.float64).T
    edges = np.stack([(left * 8 - 2) / 3, top, (right * 8 - 2) / 3, bottom], axis=-1)
    np.testing.assert_allclose(golden["0/result/boxes"][0], edges, rtol=1e-6, atol=1e-6)
    best = golden["0/result/detections/box"]
    assert best.tobytes() == golden["0/result/boxes"][0][::-1].tobytes(), "the second has the better score"
    picture = golden["0/tensor/image"][0]
    assert not picture[:, [0, 1, 5, 6, 7]].any() and picture[:, 2:5].any(axis=2).all()


def test_sound_and_text_are_prepared_as_their_metadata_says(packages: dict[str, Path]) -> None:
    golden = np.load(packages["audio"] / "audio/golden.npz")
    assert golden["0/tensor/sound"][0].tolist() == [*(SOUND["sound"] / 32768), *[0] * 10]
    stereo = np.load(packages["stereo"] / "stereo/golden.npz")
    given = SOUND["sound"].astype(np.float64) / 32768
    for case, real in (("0", given), ("1", given.repeat(2))):
        steps = np.clip(np.trunc(real * 127 + np.copysign(0.5, real)), -128, 127)
        assert stereo[f"{case}/tensor/sound"][0].tolist() == [*steps, *[0] * (200 - steps.size)]
    words = np.load(packages["text"] / "text/golden.npz")
    assert words["0/tensor/text"].tolist() == [[1, 2, 3, 4, 2, 2]], "a word ends at what is not ASCII, as in RE2"


def test_a_recording_is_answered_frame_by_frame(packages: dict[str, Path], tmp_path: Path) -> None:
    sound = RNG.integers(-32768, 32768, (250, 2), dtype=np.int16)
    for name, rate in (("right", 8000), ("wrong", 44100)):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(sound.astype("<i2").tobytes())
    (tmp_path / "note.txt").write_text("good bad", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("right.wav", "wrong.wav")]
    done = run([sys.executable, "-B", "-m", "audio", *files], packages["audio"])
    assert done.returncode == 1 and "takes 8000 samples a second, not 44100" in done.stderr
    frames = json.loads(done.stdout)["frames"]
    assert [frame["start_s"] for frame in frames] == [0, 0.0125, 0.025]
    mono = np.abs((sound[:, 0] / np.float32(32768) + sound[:, 1] / np.float32(32768)) / np.float32(2))
    heard = np.concatenate([frame["loud"][0] for frame in frames])
    assert heard[:250].tolist() == mono.tolist() and not heard[250:].any()
    done = run([sys.executable, "-B", "-m", "text", str(tmp_path / "note.txt")], packages["text"])
    assert json.loads(done.stdout)["ids"] == [[1, 3, 9, 0, 0, 0]], done.stderr


def test_the_json_holds_the_same_vectors(packages: dict[str, Path]) -> None:
    for name, folder in packages.items():
        golden = np.load(folder / name / "golden.npz")
        document = json.loads((folder / name / "golden.json").read_text())
        check_answer(document)
        assert document["schema"] == "edgeflow.golden/1" and len(document["cases"]) == len(MODELS[name][1])
        seen = 0
        for number, case in enumerate(document["cases"]):
            for part in ("input", "tensor", "raw", "result"):
                for key, value in case[part].items():
                    seen += 1
                    assert same(value, golden[f"{number}/{part}/{key}"])
        assert seen == len(golden.files) - len(document["cases"]), "all but the methods' names"


def same(plain: Any, array: np.ndarray) -> bool:
    if isinstance(plain, list):
        return plain == array.reshape(-1).tolist()
    data = np.frombuffer(base64.b64decode(plain["data"]), np.dtype(plain["dtype"]).newbyteorder("<"))
    return data.reshape(plain["shape"]).tobytes() == array.tobytes() and plain["dtype"] == array.dtype.name


def test_wheels_installed_in_a_clean_environment_pass_their_golden_vectors(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    base = python_with("generated-litert-hatchling", ["ai-edge-litert>=2", "hatchling>=1.26"])
    wheels = []
    for name, folder in packages.items():
        pip = [str(base), "-m", "pip", "--disable-pip-version-check", "wheel", "-q", "--no-deps"]
        done = run([*pip, "--no-build-isolation", "-w", str(tmp_path), str(folder)], tmp_path)
        assert done.returncode == 0, done.stderr
        wheels += [str(path) for path in tmp_path.glob(f"{name}-*.whl")]
    assert len(wheels) == len(packages)
    site = tmp_path / "site"
    done = run(
        [str(base), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps", "-t", str(site), *wheels],
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    for name in packages:
        script = (site / "bin" / name).read_text()
        assert f"{name}.__main__ import main" in script, "the console entry point"
        code = (
            f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv = [{name!r}, '--self-test']\n"
            f"from {name}.__main__ import main\nstatus = main()\n"
            "assert not {m.split('.')[0] for m in sys.modules} & {'edgeflow', 'tensorflow', 'jinja2'}\n"
            "sys.exit(status)"
        )
        done = run([str(base), "-c", code], tmp_path)
        assert (done.returncode, done.stdout) == (0, "all golden vectors agree\n"), done.stderr
    tests = [f"{name}.selftest" for name in packages]
    command = [str(base), "-c", f"import sys; sys.path.insert(0, {str(site)!r}); import unittest; unittest.main(None)"]
    done = run([*command, *tests], tmp_path)
    assert done.returncode == 0 and f"Ran {len(MODELS)} tests" in done.stderr and "skipped" not in done.stderr, (
        done.stderr
    )


@pytest.mark.parametrize("part", ["tensor/image", "raw/colours", "result/colours/score", "result/colours/label"])
def test_a_changed_vector_is_found(packages: dict[str, Path], tmp_path: Path, part: str) -> None:
    golden = dict(np.load(packages["image_int8"] / "image_int8/golden.npz"))
    value = golden[f"0/{part}"].copy()
    value[...] = np.roll(value, 1) if value.dtype.kind == "U" else value + np.asarray(7).astype(value.dtype)
    np.savez(tmp_path / "golden.npz", **{**golden, f"0/{part}": value})
    changed = str(tmp_path / "golden.npz")
    code = f"from pathlib import Path; from image_int8 import golden; print(golden.check(Path({changed!r})))"
    done = run([sys.executable, "-B", "-c", code], packages["image_int8"])
    assert part.split("/")[1] in done.stdout and done.returncode == 0, done.stdout + done.stderr


def test_the_command_line_answers_files_and_says_what_is_wrong_with_others(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    np.save(tmp_path / "photo.npy", PHOTO["image"])
    np.savez(tmp_path / "three.npz", **THREE)
    (tmp_path / "broken.npy").write_bytes(b"no array")
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "broken.npz").write_bytes((tmp_path / "three.npz").read_bytes()[:100])
    files = [str(tmp_path / name) for name in ("photo.npy", "broken.npy", "empty.npy", "broken.npz", "missing.npy")]
    done = run([sys.executable, "-B", "-m", "image_uint8", *files], packages["image_uint8"])
    answer = json.loads(done.stdout)
    assert sorted(answer["colours/label"]) == sorted(set(answer["colours/label"])) and done.returncode == 1
    assert all(name in done.stderr for name in files[1:]) and "Traceback" not in done.stderr
    done = run([sys.executable, "-B", "-m", "multi", str(tmp_path / "three.npz")], packages["multi"])
    assert json.loads(done.stdout)["sum"] == np.abs(THREE["left"]).tolist()
    done = run([sys.executable, "-B", "-m", "multi", str(tmp_path / "photo.npy")], packages["multi"])
    assert done.returncode == 1 and "one array for 3 inputs" in done.stderr


def test_inputs_that_do_not_fit_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    model = saved(tmp_path, "multi", multi_model())
    for arrays, message in [
        ({"left": THREE["left"]}, "the model takes 'left', 'right', 'bias'"),
        ({**THREE, "more": THREE["left"]}, "holds 'left', 'right', 'bias', 'more'"),
        ({**THREE, "bias": np.ones((1, 5), np.float32)}, "'bias' takes the shape"),
    ]:
        np.savez(tmp_path / "in.npz", **arrays)
        with pytest.raises(UsageError, match=message):
            generate(model, target="linux-x86-64", output=tmp_path / "out", golden=[tmp_path / "in.npz"])
        assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="takes no golden vectors"):
        generate(model, target="pico", output=tmp_path / "out", golden=[tmp_path / "in.npz"])
    broken = saved(tmp_path, "broken", multi_model()[:-4])
    np.savez(tmp_path / "in.npz", **THREE)
    with pytest.raises(EdgeflowError):
        generate(broken, target="linux-x86-64", output=tmp_path / "out", golden=[tmp_path / "in.npz"])


def test_the_same_inputs_give_the_same_bytes_and_the_flag_repeats(tmp_path: Path) -> None:
    model = saved(tmp_path, "multi", multi_model())
    np.savez(tmp_path / "a.npz", **THREE)
    np.savez(tmp_path / "b.npz", **{str(n): value * 2 for n, value in enumerate(THREE.values())})
    made = []
    for folder in ("one", "two"):
        golden = ["--golden", str(tmp_path / "a.npz"), "--golden", str(tmp_path / "b.npz")]
        output = tmp_path / folder
        with pytest.raises(SystemExit) as ended:
            main(["generate", str(model), "--target", "raspberry-pi-4", *golden, "-o", str(output)])
        assert not ended.value.code
        made.append((output / "multi/golden.npz").read_bytes())
    assert made[0] == made[1]


def test_the_service_answers_what_is_put_into_its_folder(packages: dict[str, Path], tmp_path: Path) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read(packages["image_int8"] / "systemd/image_int8.service")
    assert unit["Service"]["ExecStart"].endswith("/bin/image_int8 --watch %h/image_int8")
    assert unit["Install"]["WantedBy"] == "default.target"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "bad.npz").write_bytes(b"PK")
    np.save(tmp_path / "photo.npy", PHOTO["image"])
    command = [sys.executable, "-B", "-m", "image_int8", "--watch", str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=packages["image_int8"], **quiet) as service:
        try:
            (tmp_path / "photo.npy").rename(folder / "photo.npy")
            wanted = [folder / "photo.npy.json", folder / "bad.npz.json"]
            deadline = time.monotonic() + 60
            while not all(path.exists() for path in wanted):
                assert time.monotonic() < deadline and service.poll() is None
                time.sleep(0.05)
        finally:
            service.kill()
    golden = np.load(packages["image_int8"] / "image_int8/golden.npz")
    answer = json.loads(wanted[0].read_text())
    assert answer["colours/label"] == golden["0/result/colours/label"].tolist()
    assert "error" in json.loads(wanted[1].read_text())
