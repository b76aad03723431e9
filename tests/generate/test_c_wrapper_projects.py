"""C libraries as what vendors' tools take: manifests, example projects, C++, TensorFlow Lite Micro, limits told."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from c_libraries import M4, TESTS, WARNINGS, run, uint8_image, write_library

from edgeflow.cli import main
from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.micro.tflm import tflm_operators
from edgeflow.model.read import load_model
from edgeflow.pipeline.generate import generate, generate_files
from tests.environments import python_with
from tests.schemas import check_answer

STUBS = Path(__file__).parent / "stubs"
DATA = TESTS / "data"
CXX = ("-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror")
FORMS = ("interpreter", "aot", "tflm")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The library of one model in every form."""
    folder = tmp_path_factory.mktemp("projects")
    return {form: write_library("image_int8", form, folder, "nano33ble", golden=False) for form in FORMS}


def sources(library: Path) -> list[str]:
    return sorted(path.name for path in (library / "src").iterdir() if path.suffix in (".c", ".cpp"))


@pytest.mark.parametrize("form", FORMS)
def test_its_own_c_and_its_examples_compile_without_a_warning(
    form: str, libraries: dict[str, Path], tmp_path: Path
) -> None:
    library = libraries[form]
    include = [f"-I{library / 'src'}", f"-I{STUBS / 'esp-idf'}", f"-I{STUBS / 'zephyr'}"]
    own = [str(path) for path in (library / "src").glob("*.c") if not re.match("ef_(?!wrapper)", path.name)]
    mains = [library / f"projects/{name}/main.c" for name in ("cmake", "zephyr/src", "esp-idf/main")]
    for source in [*own, *map(str, mains)]:
        run(["gcc", *WARNINGS, *include, "-c", source, "-o", str(tmp_path / "x.o")])
    command = ["arm-none-eabi-gcc", *M4, *WARNINGS, "-O2", f"-I{library / 'src'}", "-c", *own]
    run(command, cwd=tmp_path)
    sketch = ["g++", "-std=c++11", "-Wall", "-Wextra", f"-I{library / 'src'}", f"-I{STUBS / 'arduino'}"]
    sketch += ["-include", "Arduino.h", "-x", "c++", "-c", str(library / "examples/minimal/minimal.ino")]
    run([*sketch, "-o", str(tmp_path / "x.o")])


@pytest.mark.parametrize("form", ["interpreter", "aot"])
def test_the_cpp_class_runs_the_model(form: str, libraries: dict[str, Path], tmp_path: Path) -> None:
    library = libraries[form]
    (tmp_path / "main.cpp").write_text("""
#include <cstdio>
#include <initializer_list>
#include "image_int8.hpp"
static ImageInt8 model;
int main() {
    static image_int8_run_result result;
    image_int8_run_input input = {};
    static const unsigned char red[] = {255, 0, 0};
    if (model.run(input, result) != EF_WRAPPER_NOT_READY) return 1;
    if (model.init() != EF_WRAPPER_OK) return 2;
    if (model.run(input, result) != EF_WRAPPER_BAD_IMAGE) return 3;
    input.image.pixels = red;
    input.image.width = input.image.height = 1;
    for (const char *locale : {"", "de", "fr"}) {
        model.set_locale(locale);
        if (model.run(input, result) != EF_WRAPPER_OK) return 4;
        std::printf("%u %s %.3f\\n", result.colours.count, result.colours.top[0].label, result.colours.top[0].score);
    }
}
""")
    objects = [f"-I{library / 'src'}", *(str(library / "src" / name) for name in sources(library))]
    run(["gcc", "-std=c99", "-O1", "-ffunction-sections", "-c", *objects], cwd=tmp_path)
    flags = [*CXX, "-O1", f"-I{library / 'src'}", "-Wl,--gc-sections"]
    run(["g++", *flags, "main.cpp", *(path.name for path in tmp_path.glob("*.o")), "-lm", "-o", "main"], cwd=tmp_path)
    assert run([str(tmp_path / "main")]).splitlines() == ["1 red 0.992", "1 rot 0.992", "1 red 0.992"]


def test_tflm_gets_exactly_the_models_operators(libraries: dict[str, Path], tmp_path: Path) -> None:
    library = libraries["tflm"]
    (tmp_path / "main.cpp").write_text("""
#include <cstdio>
#include "image_int8.h"
static image_int8 model;
int main() {
    if (image_int8_run_invoke(&model) != EF_WRAPPER_NOT_READY) return 1;
    if (image_int8_init(&model) != EF_WRAPPER_OK) return 2;
    image_int8_run_input_image(&model)[0] = 7;
    if (image_int8_run_invoke(&model) != EF_WRAPPER_OK) return 3;
    std::printf("%d of %u\\n", image_int8_run_output_colours(&model)[0], (unsigned)image_int8_arena_used(&model));
    if (image_int8_init(&model) != EF_WRAPPER_OK) return 4; /* again */
}
""")
    own = [str(path) for path in (library / "src").glob("*.c")]
    run(["gcc", "-std=c99", f"-I{library / 'src'}", "-c", *own], cwd=tmp_path)
    flags = ["-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{library / 'src'}", f"-I{STUBS / 'tflm'}"]
    objects = [path.name for path in tmp_path.glob("*.o")]
    run(["g++", *flags, "main.cpp", str(library / "src/image_int8.cpp"), *objects, "-lm", "-o", "main"], cwd=tmp_path)
    assert run([str(tmp_path / "main")]).splitlines() == ["added Mean", "7 of 512", "added Mean"]
    kws = tflm_operators(load_model(DATA / "kws_int8.tflite"))
    assert kws == ("AveragePool2D", "Conv2D", "DepthwiseConv2D", "FullyConnected", "Reshape", "Softmax")


@pytest.mark.parametrize("form", FORMS)
def test_manifests_name_what_is_there(form: str, libraries: dict[str, Path], tmp_path: Path) -> None:
    library = libraries[form]
    properties = (library / "library.properties").read_text().splitlines()
    fields = dict(line.split("=", 1) for line in properties if line[:1] != "#")
    wanted = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"}
    assert wanted <= set(fields) and all(fields.values()) and re.fullmatch(r"\d+\.\d+\.\d+", fields["version"])
    assert (library / "src" / fields["includes"]).is_file() and fields["name"] == "edgeflow_image_int8"
    manifest = json.loads((library / "library.json").read_text())
    assert manifest["version"] == fields["version"] and manifest["build"] == {"srcDir": "src", "includeDir": "src"}
    assert all((library / "src" / name).is_file() for name in manifest["headers"])
    for path in ("CMakeLists.txt", "zephyr/CMakeLists.txt"):
        listed = re.findall(r"src/(\S+\.c(?:pp)?)$", (library / path).read_text(), re.MULTILINE)
        assert sorted(listed) == sources(library), path
    module = (library / "zephyr/module.yml").read_text()
    assert "cmake: zephyr\n" in module and "kconfig: zephyr/Kconfig\n" in module
    assert "config EDGEFLOW_IMAGE_INT8\n" in (library / "zephyr/Kconfig").read_text()
    component = (library / "idf_component.yml").read_text()
    assert ("esp-tflite-micro" in component) == (form == "tflm")


def test_cmake_builds_the_example_for_a_cortex_m4_with_the_toolchain_file(
    libraries: dict[str, Path], tmp_path: Path
) -> None:
    project = libraries["aot"] / "projects/cmake"
    options = [f"-DCMAKE_TOOLCHAIN_FILE={project / 'toolchain.cmake'}", "-DCMAKE_BUILD_TYPE=Release"]
    options.append(f"-DLINKER_SCRIPT={TESTS / 'runtime/mps2_an386.ld'}")
    run(["cmake", "-S", str(project), "-B", str(tmp_path), *options])
    run(["cmake", "--build", str(tmp_path), "--target", "edgeflow_image_int8"])
    assert list(tmp_path.rglob("libedgeflow_image_int8.a"))


def test_cmake_takes_the_component_and_the_module(libraries: dict[str, Path], tmp_path: Path) -> None:
    library = shutil.copytree(libraries["aot"], tmp_path / "library")
    (tmp_path / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.20)
project(all C)
function(idf_component_register)
  cmake_parse_arguments(IDF "" "" "SRCS;INCLUDE_DIRS" ${ARGN})
  set(COMPONENT_LIB component PARENT_SCOPE)
  add_library(component STATIC ${IDF_SRCS})
  target_include_directories(component PUBLIC ${IDF_INCLUDE_DIRS})
endfunction()
set(ESP_PLATFORM 1)
add_subdirectory(library)
macro(zephyr_include_directories)
  include_directories(${ARGN})
endmacro()
macro(zephyr_library_named name)
  set(module ${name})
endmacro()
macro(zephyr_library_sources)
  add_library(${module} STATIC ${ARGN})
endmacro()
set(CONFIG_EDGEFLOW_IMAGE_INT8 y)
add_subdirectory(library/zephyr)
""")
    run(["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "b")])
    run(["cmake", "--build", str(tmp_path / "b"), "-j2"])
    assert (tmp_path / "b/library/libcomponent.a").is_file()
    assert (tmp_path / "b/library/zephyr/libedgeflow_image_int8.a").is_file()
    assert library.is_dir()


def test_the_vendors_own_tools_read_the_manifests(libraries: dict[str, Path], tmp_path: Path) -> None:
    tools = python_with("runner-tools-1", ["platformio>=6.1,<7", "idf-component-manager>=2,<4", "kconfiglib>=14.1,<15"])
    library = shutil.copytree(libraries["interpreter"], tmp_path / "image_int8")
    (library / "zephyr/Kconfig.zephyr").write_text('source "Kconfig"\n')
    script = """
import os, sys
from idf_component_tools.manager import ManifestManager
print(ManifestManager(sys.argv[1], "edgeflow").load().version)
from platformio.package.manifest.parser import ManifestParserFactory
from platformio.package.manifest.schema import ManifestSchema
for name in ("library.json", "library.properties"):
    raw = ManifestParserFactory.new_from_file(os.path.join(sys.argv[1], name)).as_dict()
    print(ManifestSchema().load_manifest(raw)["name"])
import kconfiglib
os.chdir(os.path.join(sys.argv[1], "zephyr"))
print(*(name for name in kconfiglib.Kconfig("Kconfig").syms if name.startswith("EDGEFLOW")))
"""
    told = run([str(tools), "-c", script, str(library)], cwd=tmp_path).split()
    assert told[1:] == ["edgeflow_image_int8", "edgeflow_image_int8", "EDGEFLOW_IMAGE_INT8"]


def test_a_model_that_the_boards_ram_does_not_hold_is_told_and_does_not_compile(tmp_path: Path) -> None:
    done = generate_files(DATA / "vww_int8.tflite", target="microbit", language="c", output=tmp_path / "vww")
    assert any("bytes, the largest region of microbit has 16384" in warning for warning in done.warnings)
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb", "-std=c99", f"-I{tmp_path / 'vww/src'}"]
    failed = subprocess.run(
        [*command, "-c", str(tmp_path / "vww/src/vww_int8.c"), "-o", str(tmp_path / "x.o")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert failed.returncode != 0 and "vww_int8_does_not_fit_in_ram" in failed.stderr


def test_the_arena_is_exactly_what_the_interpreter_wants(tmp_path: Path) -> None:
    generate(DATA / "kws_int8.tflite", target="cortex-m4", language="c", output=tmp_path / "k", name="kws")
    (tmp_path / "main.c").write_text("""
#include "kws.h"
static struct kws model;
int main(void) { return kws_init(&model) == EF_WRAPPER_OK ? 0 : 10 + (int)model.status; }
""")
    library = tmp_path / "k/src"
    run(
        ["gcc", "-std=c99", "-ffunction-sections", "-c", *map(str, library.glob("ef_*.c")), "kws_values.c"], cwd=library
    )
    rest = [str(tmp_path / "main.c"), "kws.c", "kws_model.c", *(path.name for path in library.glob("*.o"))]
    link = ["gcc", "-std=c99", "-Wl,--gc-sections", f"-I{library}", *rest, "-lm", "-o", "main"]
    run(link, cwd=library)
    run([str(library / "main")])
    header = (library / "kws.h").read_text()
    arena = int(re.search(r"KWS_ARENA_BYTES (\d+)", header)[1])  # type: ignore[index]  # fails where there is none
    (library / "kws.h").write_text(header.replace(f"arena_0[{arena} ", f"arena_0[{arena - 16} "))
    run(link, cwd=library)
    assert subprocess.run([library / "main"], timeout=60, check=False).returncode > 10


def test_two_signatures_are_two_functions_of_the_interpreter_and_refused_elsewhere(tmp_path: Path) -> None:
    model = DATA / "two_signatures_float32.tflite"
    generate(model, target="cortex-m4", language="c", output=tmp_path / "both", name="both")
    header = (tmp_path / "both/src/both.h").read_text()
    assert "both_encode(struct both" in header and "both_decode(struct both" in header
    for form in ("aot", "tflm"):
        with pytest.raises(UsageError, match=r"has several signatures: '(decode|encode)'"):
            generate(model, target="cortex-m4", language="c", form=form, output=tmp_path / form)
    assert not (tmp_path / "aot").exists()
    with pytest.raises(UsageError, match="TFLM runs the first"):
        keys = [signature.key for signature in load_model(model).signatures if signature.subgraph]
        generate(model, target="cortex-m4", language="c", form="tflm", signature=keys[0], output=tmp_path / "t")


def test_what_c_cannot_hold_is_refused_with_every_reason(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="resource variables"):
        generate(DATA / "counter_float32.tflite", target="cortex-m4", language="c", output=tmp_path / "c")
    with pytest.raises(ModelError, match="has no FLEX_THING"):
        from dataclasses import replace

        model = load_model(DATA / "sine_int8.tflite")
        odd = replace(model.main.operators[0], name="FLEX_THING", custom=True)
        tflm_operators(replace(model, subgraphs=(replace(model.main, operators=(odd,)),)))
    assert not any(tmp_path.iterdir())


def test_the_code_in_the_documentation_compiles(tmp_path: Path) -> None:
    (tmp_path / "flowers.tflite").write_bytes(uint8_image("probability"))
    generate(tmp_path / "flowers.tflite", target="nano33ble", language="c", output=tmp_path / "f")
    blocks = 0
    for page in ("docs/wrappers.md", "README.md"):
        text = (TESTS.parent / page).read_text(encoding="utf-8")
        for block in re.findall(r"```c\n(#include \"flowers.h\"\n.*?)```", text, re.DOTALL):
            (tmp_path / "app.c").write_text(f"#include <stddef.h>\nconst char *classify();\n{block}")
            flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{tmp_path / 'f/src'}"]
            run(["gcc", *flags, str(tmp_path / "app.c")])
            assert len([line for line in block.splitlines() if line.strip()]) <= 12
            blocks += 1
    assert blocks >= 1


@pytest.mark.parametrize("form", ["interpreter", "aot"])
def test_two_libraries_go_into_one_program_file_by_file(form: str, tmp_path: Path) -> None:
    objects, include = [], []
    for name in ("image_int8", "multi"):
        library = write_library(name, form, tmp_path, golden=False)
        include.append(f"-I{library / 'src'}")
        (tmp_path / f"{name}_objects").mkdir()
        flags = ["gcc", "-std=c99", "-ffunction-sections", "-Wall", "-Werror", "-c"]
        run([*flags, *(str(path) for path in (library / "src").glob("*.c"))], cwd=tmp_path / f"{name}_objects")
        objects += [str(path) for path in (tmp_path / f"{name}_objects").glob("*.o")]
    (tmp_path / "main.c").write_text("""
#include "image_int8.h"
#include "multi.h"
static struct image_int8 image;
static struct multi multi;
int main(void) { return image_int8_init(&image) != EF_WRAPPER_OK || multi_init(&multi) != EF_WRAPPER_OK; }
""")
    run(["gcc", "-std=c99", "main.c", *include, *objects, "-Wl,--gc-sections", "-lm", "-o", "main"], cwd=tmp_path)
    run([str(tmp_path / "main")])


def test_the_command_line_says_which_form_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["generate", str(DATA / "sine_int8.tflite"), "--target", "pico", "--language", "c", "--json"]
    for more, form in (([], "interpreter"), (["--aot", "--optimize", "ram"], "aot"), (["--form", "tflm"], "tflm")):
        with pytest.raises(SystemExit) as stop:
            main([*words, *more, "-o", str(tmp_path / form)])
        assert not stop.value.code
        answer = json.loads(capsys.readouterr().out)
        check_answer(answer)
        assert (answer["language"], answer["form"]) == ("c", form)
