"""Whatever a model calls its parts, its C library compiles in every form and says nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from c_libraries import WARNINGS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_hostile import BOARD, TARGET, hostile_model, words

from edgeflow.generate.context import Context, Options, build_context
from edgeflow.generate.described import Labels
from edgeflow.generate.groups import Group
from edgeflow.generate.languages import load_languages
from edgeflow.generate.micro.library import library_files
from edgeflow.generate.prepost import PostStep
from edgeflow.model.types import Model
from edgeflow.pipeline.generate_library import make_library

STUBS = Path(__file__).parent / "stubs"
CXX = ("-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only")
stems = st.text(st.characters(exclude_characters="/\0"), max_size=10)
own_words = words | st.sampled_from(["init", "reset", "model", "set_locale", "run_input_x", "aot", "template", "near"])


def compiles(files: dict[str, bytes], context: Context) -> None:
    """The library's own C and its C++ header, the latter and TFLM's source as C++."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            if path.startswith("src/"):
                (folder / Path(path).name).write_bytes(content)
                assert path.endswith(".inc") or content.isascii() or Path(path).name.startswith("ef_"), path
        own = sorted(path.name for path in folder.glob(f"{context.symbol}*.c"))
        check(["gcc", *WARNINGS, "-fsyntax-only", *own], folder)
        (folder / "use.cpp").write_text(f'#include "{context.symbol}.hpp"\n')
        sources = ["use.cpp", *(path.name for path in folder.glob(f"{context.symbol}.cpp"))]
        check(["g++", *CXX, "-I.", f"-I{STUBS / 'tflm'}", *sources], folder)


def check(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def manifests_say_what_they_should(files: dict[str, bytes], plain: dict[str, bytes]) -> None:
    """A name changes the lines it stands on, and neither their number nor what tools read."""
    json.loads(files["library.json"])
    assert files["README.md"].count(b"<!--") == files["README.md"].count(b"-->") == 1
    for path in ("library.properties", "idf_component.yml", "zephyr/module.yml", "zephyr/Kconfig", "CMakeLists.txt"):
        found, expected = files[path].split(b"\n"), plain[path].split(b"\n")
        assert len(found) == len(expected) and found[0].startswith(b"# "), path


def made(model: Model, form: str) -> tuple[dict[str, bytes], Context]:
    context = build_context(model, TARGET, BOARD, Options("c", form=form))
    return make_library(model, TARGET, BOARD, context, load_languages()["c"]).files, context


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(own_words, min_size=1, max_size=4), st.lists(own_words, max_size=3), stems)
@example(["a */ evil", "a */ evil"], ["*/ int x; /*", "init", "run_raw"], 'x"; #error */')
@example(["int", "template", "x"], ["run", "run_input_x", "init"], "\u202e\\\n")
@example(["class"], ["run", "run_input"], "${X} `id` $(reboot)")
def test_any_names_give_an_interpreter_s_library_that_compiles(names: list[str], keys: list[str], stem: str) -> None:
    files, context = made(hostile_model(names, keys, stem), "interpreter")
    compiles(files, context)
    plain, _ = made(hostile_model(["a"] * len(names), ["k"] * len(keys), "m"), "interpreter")
    manifests_say_what_they_should(files, plain)
    header = files[f"src/{context.symbol}.h"].decode()
    functions = re.findall(r"^(?:enum ef_wrapper_status|void|const \w+ \*|\w+ \*) ?(\w+)\(", header, re.MULTILINE)
    assert len(functions) == len(set(functions)) > 4


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(own_words, min_size=1, max_size=3), stems)
@example(["a */ evil", '"'], 'x"; #error */')
def test_any_names_give_other_libraries_that_compile(names: list[str], stem: str) -> None:
    for form in ("aot", "tflm"):
        compiles(*made(hostile_model(names, [], stem), form))


@settings(max_examples=3, deadline=None, derandomize=True)
@given(st.lists(words, min_size=3, max_size=3), st.lists(words, min_size=4, max_size=4), words)
@example(["found", "result", "raw"], ['"""', "\\", "\n", "{{ 1 }}"], 'x"; */ #')
@example(["found", "int", "found"], ["a??/", "\0", "\N{SNOWMAN}", "%s"], "de")
def test_hostile_labels_and_locales_stay_data(outputs: list[str], labels: list[str], locale: str) -> None:
    model = hostile_model(["boxes", *outputs], [], "m")
    four = tuple(replace(tensor, shape=(1, 4), shape_signature=(1, 4)) for tensor in model.main.tensors)
    boxes = (replace(four[0], shape=(1, 4, 4), shape_signature=(1, 4, 4)), *four[1:])
    model = replace(model, subgraphs=(replace(model.main, tensors=boxes, outputs=(0, 1, 2, 3)),))
    context = build_context(model, TARGET, BOARD, Options("c", form="tflm"))
    (entry,) = context.entries
    languages = (Labels(locale, tuple(labels)), Labels(f"{locale}2", tuple(labels[::-1])))
    identifiers = [port.identifier for port in entry.outputs]
    kinds = (PostStep("boxes"), PostStep("values"), PostStep("named", labels=tuple(labels), locales=languages))
    posts = (*kinds, PostStep("classes", labels=tuple(labels), locales=languages))
    ports = tuple(replace(port, post=post) for port, post in zip(entry.outputs, posts, strict=True))
    group = Group("found", *identifiers[:2], None, None, tuple(labels), languages, 3, 0.5)
    context = replace(context, entries=(replace(entry, outputs=ports, groups=(group,)),))
    _, files = library_files(model, TARGET, BOARD, context, load_languages()["c"], "1.2.3", None)
    compiles(files, context)
    source = files["src/m_values.c"].decode()
    (table,) = re.findall(r"labels_0_0\[\] = \{\n(.*?)\n\};", source, re.DOTALL)
    assert len(table.splitlines()) == 4 and all(line.startswith('    "') for line in table.splitlines())
