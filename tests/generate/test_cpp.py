"""The C++ package: compiled by GCC and Clang without a warning, run on LiteRT's library, held by golden vectors."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from contract_models import audio_model, image_model, saved
from cpp_build import FLAGS, LIBRARY, SANITIZERS, compile_package, run
from regenerate import GOLDEN
from test_golden_vectors import MODELS, PROJECTS

from edgeflow.errors import ModelError
from edgeflow.pipeline.generate import generate

# what each model's program is built with
BUILDS: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(MODELS, ("g++", ("-O0",))),
    "image_int8": ("clang++", ("-O0",)),
    "detection": ("clang++", ("-O0",)),
    "photo": ("g++", ("-O0", *SANITIZERS)),
    "image_float32": ("g++", ("-O2",)),
}
FILE_FORM = ("multi", "text")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every contract model's package with golden vectors."""
    folder = tmp_path_factory.mktemp("cpp")
    for name, (make, cases) in MODELS.items():
        files = [folder / f"{name}_{number}.npz" for number in range(len(cases))]
        for file, arrays in zip(files, cases, strict=True):
            np.savez(file, **arrays)
        project = folder / f"{name}.toml" if name in PROJECTS else None
        if project:
            project.write_text(f"schema = 1\n{PROJECTS[name]}")
        form = "file" if name in FILE_FORM else None
        model = saved(folder, name, make())
        output = folder / name
        generate(
            model, target="raspberry-pi-4", language="cpp", output=output, golden=files, project=project, form=form
        )
    return {name: folder / name for name in MODELS}


def only_own(stderr: str) -> str:
    """Without LiteRT's own talk."""
    return "\n".join(line for line in stderr.splitlines() if not line.startswith(("INFO:", "WARNING:")))


@pytest.mark.parametrize("name", MODELS)
def test_golden_vectors_agree_to_the_last_bit_of_python_s_raw_outputs(packages: dict[str, Path], name: str) -> None:
    folder = packages[name]
    compiler, flags = BUILDS[name]
    program = compile_package([folder], str(folder / "test/selftest.cpp"), "all", compiler=compiler, flags=flags)
    model = [folder / f"{name}.tflite"] if name in FILE_FORM else []
    done = run([program, "test/golden.npz", *model, "--exact"], folder, ASAN_OPTIONS="detect_leaks=0")
    assert (done.returncode, done.stdout) == (0, "all golden vectors agree\n"), only_own(done.stderr)
    if name == "photo":  # a program of sanitizers finds what is wrong with the vectors, and nothing worse happens
        golden = (folder / "test/golden.npz").read_bytes()
        for cut in range(0, len(golden), len(golden) // 12):
            (folder / "cut.npz").write_bytes(golden[:cut])
            done = run([program, "cut.npz"], folder, ASAN_OPTIONS="detect_leaks=0")
            assert done.returncode == 1 and "Sanitizer" not in done.stderr, done.stderr


@pytest.mark.parametrize("part", ["tensor/image", "raw/colours", "result/colours/score", "result/colours/label"])
def test_a_changed_vector_is_found(packages: dict[str, Path], tmp_path: Path, part: str) -> None:
    folder = packages["image_uint8"]
    program = folder / "all"
    if not program.exists():
        compile_package([folder], str(folder / "test/selftest.cpp"), "all")
    golden = dict(np.load(folder / "test/golden.npz"))
    value = golden[f"0/{part}"].copy()
    value[...] = np.roll(value, 1) if value.dtype.kind == "U" else value + np.asarray(7).astype(value.dtype)
    np.savez(tmp_path / "golden.npz", **{**golden, f"0/{part}": value})
    done = run([program, tmp_path / "golden.npz"], folder)
    assert (done.returncode, done.stdout) == (1, "the golden vectors differ\n")
    assert part.split("/")[1] in only_own(done.stderr)


def test_the_package_s_own_build_makes_library_example_and_test(packages: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(packages["image_uint8"], tmp_path / "image_uint8"))
    flags = " ".join([*FLAGS[1:-1], "-O0"])
    made = run(["cmake", "-B", "build", f"-DLITERT_LIBRARY={LIBRARY}", f"-DCMAKE_CXX_FLAGS={flags}"], folder)
    assert made.returncode == 0, made.stderr
    made = run(["cmake", "--build", "build"], folder)
    assert made.returncode == 0, made.stdout + made.stderr
    tested = run(["ctest", "--test-dir", "build"], folder)
    assert tested.returncode == 0 and "100% tests passed" in tested.stdout, tested.stdout
    photo = MODELS["image_uint8"][1][0]["image"]
    (folder / "photo.ppm").write_bytes(b"P6\n%d %d\n255\n" % photo.shape[1::-1] + photo.tobytes())
    done = run(["build/image_uint8_example", "photo.ppm"], folder)
    golden = np.load(folder / "test/golden.npz")
    labels, scores = golden["0/result/colours/label"], golden["0/result/colours/score"]
    shown = [line.split()[2:] for line in done.stdout.splitlines()]
    assert shown == [[label, f"{score:g}"] for label, score in zip(labels, scores, strict=True)], done.stderr
    for content, message in ((b"P6\n9 7\n255\n12", "is cut short"), (b"GIF89a", "is no picture")):
        (folder / "photo.ppm").write_bytes(content)
        done = run(["build/image_uint8_example", "photo.ppm"], folder)
        assert done.returncode == 1 and message in done.stderr
    wrong = run(["cmake", "-B", "other", "-DPython3_EXECUTABLE=/bin/false", "-DPython3_FIND_STRATEGY=LOCATION"], folder)
    assert wrong.returncode != 0


def test_signatures_state_free_sizes_frames_and_refusals(data: Path, tmp_path: Path) -> None:
    from ai_edge_litert.interpreter import Interpreter

    names = ("two_signatures_float32", "counter_float32", "sine_any_batch_float32")
    paths = {name: data / f"{name}.tflite" for name in names}
    paths |= {"audio": saved(tmp_path, "audio", audio_model())}
    paths |= {"image_uint8": saved(tmp_path, "image_uint8", image_model("UINT8"))}
    for name, path in paths.items():
        generate(path, target="linux-x86-64", language="cpp", output=tmp_path / "out" / name)
    runner = Interpreter(model_path=str(paths["sine_any_batch_float32"])).get_signature_runner()
    ((key, _),) = runner.get_input_details().items()
    header = (
        tmp_path / "out/sine_any_batch_float32/include/sine_any_batch_float32/sine_any_batch_float32.hpp"
    ).read_text()
    field = header.split("struct RunRaw {\n  Array<float> ")[1].split(";")[0]
    audio_class = (tmp_path / "out/audio/include/audio/audio.hpp").read_text().split("\nclass ")[1].split(" ")[0]
    folders = [tmp_path / "out" / name for name in paths]
    names_of = [f"-DFIELD={field}", f"-DSOUND={audio_class}", "-O0"]
    program = compile_package(folders, str(Path(__file__).with_name("cpp_driver.cpp")), "driven", flags=names_of)
    done = run([program, paths["counter_float32"]], tmp_path)
    assert done.returncode == 0 and done.stdout.endswith("well\n"), done.stdout + only_own(done.stderr)
    said = {line.split()[0]: [float.fromhex(word) for word in line.split()[1:]] for line in done.stdout.splitlines()}
    litert = Interpreter(model_path=str(paths["two_signatures_float32"]))
    x = np.asarray([[-1.0, -0.6, -0.2, 0.2, 0.6, 1.0]], np.float32)
    code = litert.get_signature_runner("encode")(plain=x)["code"]
    assert said["code"] == code.reshape(-1).tolist()
    assert said["plain"] == litert.get_signature_runner("decode")(code=code)["plain"].reshape(-1).tolist()
    (expected,) = runner(**{key: np.arange(5, dtype=np.float32)[:, None]}).values()
    assert said["batch"] == expected.reshape(-1).tolist()


def test_what_cpp_cannot_hold_is_refused(tmp_path: Path) -> None:
    from litert_models import pass_through

    for dtype in ("FLOAT16", "COMPLEX64", "UINT64"):
        model = saved(tmp_path, "m", pass_through(["in"], ["out"], dtype))
        with pytest.raises(ModelError, match=f"is {dtype}, which the wrapper cannot hold"):
            generate(model, target="linux-x86-64", language="cpp", output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_golden_tree_is_a_program_as_it_lies_there(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(GOLDEN / "cpp-detection", tmp_path / "detector"))
    (folder / "main.cpp").write_text(
        '#include <cstdio>\n#include "detector/detector.hpp"\n'
        "int main() {\n"
        '  namespace m = models::detector;\n  m::Options options;\n  options.locale = "de";\n'
        "  m::Detector model(options);\n"
        "  const auto found = model.run({0.25f, 0.125f, 0.75f, 0.5f, 0, 0, 1, 1, 0, 0, 0.5f, 0.5f}, {1, 0, 0},\n"
        "                               {0.5f, 0.25f, 0.75f}, {3});\n"
        "  for (const m::Detection& one : found.detection_result)\n"
        '    std::printf("%s %g %g %g\\n", std::string(one.label).c_str(), one.score, one.box.left, one.box.top);\n}\n'
    )
    done = run([compile_package([folder], str(folder / "main.cpp"), "golden")], folder)
    # the boxes' index puts top before left, the threshold of 0.3 leaves the second out
    assert done.stdout == "Katze 0.75 0 0\nH\u00fcndin 0.5 0.125 0.25\n", only_own(done.stderr)
