"""Kotlin and Java: compiled against the real classes, run on a plain JVM with a real interpreter, held to the vectors.

One kotlinc and one javac compile all packages; TensorFlow Lite 2.6 runs them, LiteRT's compiled model is played by it.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import jvm_tools
import numpy as np
import pytest
from contract_models import saved
from jvm_tools import Jars
from test_golden_vectors import MODELS, PROJECTS
from test_hostile import hostile_model, labelled

from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.context import Context, Options, build_context
from edgeflow.generate.languages import load_languages
from edgeflow.generate.project import load_project
from edgeflow.generate.render import render
from edgeflow.model.read import load_model
from edgeflow.pipeline.generate import generate
from edgeflow.targets.registry import resolve

pytestmark = [
    pytest.mark.skipif(jvm_tools.unavailable_reason() is not None, reason=str(jvm_tools.unavailable_reason())),
    pytest.mark.timeout(900),  # the first test waits for both compilers
]
LANGUAGES = {"kotlin": "kt", "java": "jv"}
KIND, _ = resolve("android-arm64")
NO_ABS = "text"  # TensorFlow Lite 2.6 has no ABS of INT32: its tensors and results are checked without a run
# form, name of the model in MODELS or of a file in tests/data
MORE = [("compiled-model", "image_uint8"), ("compiled-model", "two_signatures_float32"), ("play-services", "detection")]
FREE = "sine_any_batch_float32"  # in Java alone
HOSTILE = [
    (
        ["a */ evil", "a */ evil", "$x", "raw"],
        ["*/ int x; /*", "run", "run_raw", "to_string", "close"],
        'x"; #error */',
    ),
    (
        ["\\u002a/", "into", "${1}", "class", '"""', "object"],
        ["\\u000a", "fun", "get_accelerator", "run_blocking", '"""\nimport os\n"""'],
        "\u202e\\\n\\u0022 String",
    ),
]
DRIVERS = Path(__file__).parent / "jvm_drivers"
# Java that makes inputs, and the inputs
CALLS = {
    "image_uint8": ("Picture photo = new Picture().set(new byte[189], 9, 7, 3);", "photo"),
    "detection": ("float[] b = new float[12], three = {1, 0, 1}, one = {3};", "b, three, three, one"),
}
WORDS = ['"; evil(); "', "$x${1}", "\\", "\n\u2028"]
LOCALE = "$l\\u0022"


@dataclass(frozen=True)
class Built:
    """`vectors` and `models` by name; `kotlin` and `java` are folders of classes, `sources` those of files."""

    vectors: dict[str, Path]
    models: dict[str, Path]
    sources: Path
    jars: Jars
    stubs: Path
    kotlin: Path
    java: Path

    def run(self, *arguments: str) -> str:
        jars = self.jars
        return jvm_tools.java(
            jvm_tools.path(self.java, self.kotlin, self.stubs, jars.running, jars.library, jars.android), *arguments
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, data_folder: Path) -> Built:
    folder = tmp_path_factory.mktemp("jvm")
    vectors, models = record(folder), {path.stem: path for path in data_folder.glob("*.tflite")}
    models |= {name: folder / f"{name}.tflite" for name in MODELS}
    sources = folder / "sources"
    for language, short in LANGUAGES.items():
        for form, name in [*(("interpreter", name) for name in MODELS), *MORE]:
            package = f"org.example.{short}.{form.replace('-', '')}.{name}"
            options = Options(language, form=form, package=package)
            project = load_project(folder / f"{name}.toml") if name in PROJECTS else None
            model = load_model(models[name])
            put(sources / language / form / name, build_context(model, KIND, None, options, project), model.content)
        if language == "java":
            model = load_model(models[FREE])
            options = Options(language, form="interpreter", package=f"org.example.{short}.interpreter.{FREE}")
            put(sources / language / "interpreter" / FREE, build_context(model, KIND, None, options), model.content)
        for number, (names, keys, stem) in enumerate(HOSTILE):
            model = hostile_model(names, keys, stem)
            options = Options(language, form="interpreter", name=f"h{number}", package=f"org.example.{short}.h{number}")
            context = build_context(model, KIND, None, options)
            put(sources / language / "hostile" / str(number), context, model.content)
        options = Options(language, form="interpreter", name="words", package=f"org.example.{short}.labels")
        context, model = labelled(["a", "b", "c"], WORDS, LOCALE, options)
        put(sources / language / "hostile/labels", context, model.content)
    jars = jvm_tools.jars()
    against = jvm_tools.path(jars.lite, jars.library, jars.android, folder / "stubs", folder / "kotlin")
    jvm_tools.javac(sorted((jvm_tools.STUBS / "java").rglob("*.java")), against, folder / "stubs")
    write_drivers(sources / "drivers")
    kotlin = [*sources.rglob("*.kt"), *(jvm_tools.STUBS / "kotlin").glob("*.kt")]
    jvm_tools.kotlinc(sorted(kotlin), against, folder / "kotlin")
    said = jvm_tools.javac(sorted(sources.rglob("*.java")), against, folder / "java")
    assert "warning" not in said, said
    return Built(vectors, models, sources, jars, folder / "stubs", folder / "kotlin", folder / "java")


@pytest.fixture(scope="module")
def data_folder() -> Path:
    return Path(__file__).parents[1] / "data"


def record(folder: Path) -> dict[str, Path]:
    """Golden vectors of every model, by the Python package."""
    found = {}
    for name, (make, cases) in MODELS.items():
        files = [folder / f"{name}_{number}.npz" for number in range(len(cases))]
        for file, arrays in zip(files, cases, strict=True):
            np.savez(file, **arrays)
        project = folder / f"{name}.toml" if name in PROJECTS else None
        if project:
            project.write_text(f"schema = 1\n{PROJECTS[name]}")
        model = saved(folder, name, make())
        generate(model, target="linux-x86-64", output=folder / f"py_{name}", golden=files, project=project)
        (found[name],) = (folder / f"py_{name}").rglob("golden.json")
    return found


def put(folder: Path, context: Context, content: bytes) -> None:
    language = load_languages()[context.language]
    language.check(context)
    for path, text in render(language, context, content).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)


def write_drivers(folder: Path) -> None:
    """What calls the packages; Batches is compiled apart."""
    for path in DRIVERS.iterdir():
        if path.suffix in (".java", ".kt") and path.stem != "Batches":
            folder.mkdir(exist_ok=True)
            shutil.copy(path, folder)
    for short in LANGUAGES.values():
        home = f"org.example.{short}.{{}}"
        for name, (given, values) in CALLS.items():
            package = home.format(f"interpreter.{name}")
            own = [f"import {package}.{one}.*;" for one in ("Answers", "Tensors") if short == "jv"]
            words = {"PACKAGE": package, "IMPORTS": "\n".join(own), "GIVEN": given, "VALUES": values}
            fill("Allocates", words, folder / short / name)
        package = home.format("labels")
        category, top = {"kt": ("Category", "getC().getTop()"), "jv": ("Tensors.Category", "c().top()")}[short]
        own = [f"import {package}.Answers.*;"] if short == "jv" else []
        words = {"PACKAGE": package, "IMPORTS": "\n".join(own), "CATEGORY": f"{package}.{category}", "TOP": top}
        fill("Labelled", words, folder / short / "labels")


def fill(name: str, words: dict[str, str], folder: Path) -> None:
    text = (DRIVERS / f"{name}.java.in").read_text()
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    folder.mkdir(parents=True)
    (folder / f"{name}.java").write_text(text)


def class_of(built: Built, language: str, form: str, name: str) -> str:
    """The model's class, by the one file that is called as no other package's file is."""
    suffix = {"kotlin": "kt", "java": "java"}[language]
    for path in (built.sources / language / form / name / "library/src/main").rglob(f"*.{suffix}"):
        declared = rf"^(public final )?class {path.stem}\b.*AutoCloseable"
        if path.stem not in ("Runtime", "Worker") and re.search(declared, path.read_text(), re.MULTILINE):
            return path.stem
    raise AssertionError(f"no class of {name}")


@pytest.fixture(scope="module")
def answers(built: Built) -> dict[str, str]:
    """What each package finds wrong with the vectors, by package."""
    arguments = []
    for language, short in LANGUAGES.items():
        for form, name in [*(("interpreter", name) for name in MODELS), MORE[0]]:
            home = f"org.example.{short}.{form.replace('-', '')}.{name}"
            model = "-" if name == NO_ABS else str(built.models[name])
            arguments += [home, class_of(built, language, form, name), model, str(built.vectors[name])]
    said = built.run("Check", str(built.jars.native), *arguments)
    lines = [line for line in said.splitlines() if line.startswith("org.example.")]
    return dict(line.split(" ", 1) for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MODELS)
def test_the_golden_vectors_agree(answers: dict[str, str], language: str, name: str) -> None:
    ran = "none" if name == NO_ABS else "CPU"
    assert answers[f"org.example.{LANGUAGES[language]}.interpreter.{name}"] == f"{ran} {{}} []"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_model_falls_to_the_cpu_and_says_why(answers: dict[str, str], language: str) -> None:
    said = answers[f"org.example.{LANGUAGES[language]}.compiledmodel.image_uint8"]
    assert said == "CPU {NPU=an NPU needs a Context, GPU=no [GPU] here} []"


@pytest.mark.parametrize("language", LANGUAGES)
def test_changed_vectors_are_found(built: Built, tmp_path: Path, language: str) -> None:
    document = json.loads(built.vectors["image_int8"].read_text())
    (case,) = document["cases"]
    case["tensor"]["image"]["data"] = "AAAA" + case["tensor"]["image"]["data"][4:]
    case["raw"]["colours"]["data"] = case["result"]["colours/index"]["data"][:4]
    case["result"]["colours/label"][0] = "puce"
    (tmp_path / "golden.json").write_text(json.dumps(document))
    home = f"org.example.{LANGUAGES[language]}.interpreter.image_int8"
    model = str(built.models["image_int8"])
    said = built.run("Check", str(built.jars.native), home, "ImageInt8", model, str(tmp_path / "golden.json"))
    for what in ("the prepared tensor image", "raw colours is", "result colours/label is", "colours/values is"):
        assert what in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_model_is_refused_at_load(built: Built, language: str) -> None:
    home = f"org.example.{LANGUAGES[language]}.interpreter.image_int8.ImageInt8"
    said = built.run("Refuses", str(built.jars.native), home, str(built.models["image_uint8"]))
    assert "is not the model of this code: its SHA-256 is" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_preparing_and_reading_allocate_nothing(built: Built, language: str) -> None:
    short = LANGUAGES[language]
    for name in ("detection", "image_uint8"):
        assert built.run(f"org.example.{short}.interpreter.{name}.Allocates").strip() == "0"


def test_the_suspending_methods_answer_from_many_coroutines_in_turn(built: Built) -> None:
    model = str(built.models["multi"])
    assert built.run("SuspendsKt", str(built.jars.native), model).strip() == "36 answers, sum 630.0"


def test_kotlin_is_called_from_java_and_sound_in_frames(built: Built) -> None:
    said = built.run("Frames", str(built.jars.native), str(built.models["audio"]))
    assert said.split() == ["3", "3"]


def test_a_free_batch_follows_the_values(built: Built, tmp_path: Path) -> None:
    """Compiled against the running interpreter's classes: its Tensor is another kind of class than 2.16's."""
    sources = sorted((built.sources / "java/interpreter/sine_any_batch_float32/library/src/main").rglob("*.java"))
    jars = built.jars
    against = jvm_tools.path(jars.running, jars.android)
    jvm_tools.javac([*sources, DRIVERS / "Batches.java"], against, tmp_path / "classes")
    model = str(built.models["sine_any_batch_float32"])
    said = jvm_tools.java(
        jvm_tools.path(tmp_path / "classes", jars.running, jars.android), "Batches", str(jars.native), model
    )
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_path=model).get_signature_runner()
    (key,) = runner.get_input_details()
    for line, batch in zip(said.splitlines(), (1, 5, 5, 2), strict=True):
        values = np.arange(batch, dtype=np.float32)[:, None]
        (expected,) = runner(**{key: values}).values()
        np.testing.assert_allclose(json.loads(line), expected.reshape(-1), atol=1e-5)


def test_the_arithmetic_needs_no_android(built: Built, tmp_path: Path) -> None:
    main = built.sources / "java/interpreter/photo/library/src/main/java/org/example/jv/interpreter/photo"
    jvm_tools.javac([main / "Tensors.java", main / "Answers.java"], "", tmp_path / "classes")
    kotlin = built.sources / "kotlin/interpreter/photo/library/src/main/kotlin/org/example/kt/interpreter/photo"
    for path in (kotlin / "Tensors.kt", kotlin / "Steps.kt"):
        imported = re.findall(r"^import (\S+)", path.read_text(), re.MULTILINE)
        assert all(name.startswith(("java.", "kotlin.math")) for name in imported)


def test_hostile_names_compile_and_labels_stay_data(built: Built) -> None:
    """That they compile, the fixture has shown; here the labels come back as they were."""
    said = built.run("Hostile")
    for language in LANGUAGES.values():
        found = [bytes.fromhex(part).decode("utf-16-be") for part in re.findall(rf"{language} (\S+)", said)]
        assert found == WORDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_of_a_package_is_what_its_tool_reads(built: Built, language: str) -> None:
    import xml.etree.ElementTree

    for form, name in MORE:
        folder = built.sources / language / form / name
        for path in folder.rglob("AndroidManifest.xml"):
            assert xml.etree.ElementTree.parse(path).getroot().tag == "manifest"
        gradle = (folder / "library/build.gradle.kts").read_text()
        assert f'namespace = "org.example.{LANGUAGES[language]}.' in gradle and 'noCompress += "tflite"' in gradle
        wanted = {"compiled-model": "litert:litert:2.3.0", "play-services": "play-services-tflite-java"}
        assert wanted[form] in gradle
        assert (folder / f"library/src/main/assets/{name}.tflite").read_bytes() == built.models[name].read_bytes()
        readme = (folder / "README.md").read_text()
        assert "Sources compiled and tested, Gradle build not run by us." in readme


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_form_cannot_hold_is_refused_with_the_form_that_can(data: Path, tmp_path: Path, language: str) -> None:
    for name, form, reason, instead in [
        (FREE, None, r"tensor 0 \(angle\) has free sizes \[-1, 1\]", "interpreter"),
        ("counter_float32", "play-services", "signature 'add' runs by its name", "interpreter"),
        ("counter_float32", "interpreter", "read has no input", "compiled-model"),
    ]:
        with pytest.raises(ModelError, match=reason) as refused:
            generate(data / f"{name}.tflite", target="android-arm64", language=language, form=form, output=tmp_path)
        assert f"--form {instead}" in str(refused.value.hint)
    for package in ("model", "org.Example", "org.example.class", "android.mine", "a.b c", "org..x", "org.example.1"):
        with pytest.raises(UsageError, match="is no Java package of yours"):
            generate(
                data / "sine_int8.tflite", target="android-arm64", language=language, output=tmp_path, package=package
            )
    with pytest.raises(UsageError, match="has no Java package"):
        generate(data / "sine_int8.tflite", target="pico", output=tmp_path, package="org.example")
    assert not list(tmp_path.iterdir())


def test_golden_vectors_lie_where_the_instrumented_test_looks(data: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", **{"0": np.ones((1, 1), np.float32)})
    output = tmp_path / "out"
    generate(data / "sine_int8.tflite", target="android-arm64", output=output, golden=[tmp_path / "in.npz"])
    vectors = json.loads((output / "library/src/androidTest/assets/golden.json").read_text())
    assert vectors["schema"] == "edgeflow.golden/1"
    test = output / "library/src/androidTest/kotlin/edgeflow/sine_int8/GoldenTest.kt"
    assert 'open("golden.json")' in test.read_text()
    shutil.rmtree(output)
