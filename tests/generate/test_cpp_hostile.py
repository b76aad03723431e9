"""Whatever a model calls its parts, its C++ compiles without a warning and the texts stay texts."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from cpp_build import FLAGS, LIBRARY
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from test_hostile import hostile_model, words

from edgeflow.generate import signals
from edgeflow.generate.context import Context, Options, build_context
from edgeflow.generate.cpp import FILTERS
from edgeflow.generate.described import Labels
from edgeflow.generate.groups import Group
from edgeflow.generate.languages import load_languages
from edgeflow.generate.prepost import PostStep, PreStep
from edgeflow.generate.render import render
from edgeflow.targets.registry import resolve

TARGET, _ = resolve("raspberry-pi-4")
CPP = st.sampled_from(
    ["std", "new", "operator", "this", "Image", "errno", "run", "result", "raw", "values", "EOF", "??/", "a\\", "\\\n"]
)


def context_of(outputs: list[str], labels: list[str], keys: list[str], stem: str) -> Context:
    """Boxes, values, names and classes with those labels in two languages; sound and text go in."""
    model = hostile_model(["boxes", *outputs], keys, stem)
    four = tuple(replace(tensor, shape=(1, 4), shape_signature=(1, 4)) for tensor in model.main.tensors)
    model = replace(model, subgraphs=(replace(model.main, tensors=four, outputs=(0, 1, 2, 3)),))
    context = build_context(model, TARGET, None, Options("cpp", form="file"))
    languages = (Labels("".join(labels[:1]), tuple(labels)),)
    entries = []
    for entry in context.entries:
        tokenizer = signals.Tokenizer(" ,", True, {label: n for n, label in enumerate(labels)}, None, 0, 1)
        steps = [PreStep("audio", channels=1, sample_rate=8000, length=4, hop=2), PreStep("text", tokenizer=tokenizer)]
        inputs = [replace(port, pre=step) for port, step in zip(entry.inputs, steps, strict=False)]
        if len(entry.outputs) < 4:
            entries.append(replace(entry, inputs=(*inputs, *entry.inputs[2:])))
            continue
        kinds = (PostStep("boxes"), PostStep("values"), PostStep("named", labels=tuple(labels), locales=languages))
        posts = (*kinds, PostStep("classes", labels=tuple(labels), locales=languages))
        ports = tuple(replace(port, post=post) for port, post in zip(entry.outputs, posts, strict=True))
        names = [port.identifier for port in ports]
        group = Group("found", *names[:2], None, None, tuple(labels), languages, 3, 0.5)
        entries.append(replace(entry, inputs=(*inputs, *entry.inputs[2:]), outputs=ports, groups=(group,)))
    return replace(context, entries=tuple(entries))


def written(context: Context, folder: Path, main: str) -> str:
    """The rendered files, and a unit of all their code and `main`."""
    for path, content in render(load_languages()["cpp"], context, b"").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        assert path.endswith(".md") or content.isascii()
    (folder / "unit.cpp").write_text(f'#include "src/{context.symbol}.cpp"\n{main}')
    return "unit.cpp"


@settings(max_examples=4, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(words | CPP, min_size=3, max_size=3),
    st.lists(words, min_size=4, max_size=4),
    st.lists(words | CPP, max_size=2),
    st.text(st.characters(exclude_characters="/\0"), max_size=10),
)
@example(["run", "", "this"], ["", "a", "", ""], [], "")
@example(["std", "new", "operator"], ['"', "\\", "\n", '";'], [], "Image")
@example(["a", "a", "a*/"], ["??/", "\0", "\ud800", "{{"], ["read", "prepare_run", "*/ int x; //\\"], "NAN")
def test_any_names_give_cpp_that_compiles(outputs: list[str], labels: list[str], keys: list[str], stem: str) -> None:
    context = context_of(outputs, labels, keys, stem)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unit = written(context, folder, '#include "test/selftest.cpp"\n')
        for source in (unit, "example/main.cpp"):
            command = ["g++", *FLAGS, "-Wno-subobject-linkage", "-fsyntax-only", "-Iinclude", "-Isrc", "-Itest", source]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
            assert done.returncode == 0, done.stderr


def test_labels_and_words_come_out_of_the_program_as_they_went_in(tmp_path: Path) -> None:
    labels = ['"; #error x', "na\u00efve\\", "a\0b", "??/\n*/"]
    context = context_of(["x", "y", "z"], labels, [], "m")
    main = """
#include <cstdio>
int main() {
  namespace m = models::NAMESPACE;
  for (std::string_view one : m::kRunOut_zLabels) { std::fwrite(one.data(), 1, one.size(), stdout); std::putchar(1); }
  m::Array<std::int32_t> ids;
  m::Shape shape{1, 4};
  m::arithmetic::Spec spec{"x", shape, {}, {}, 0, {}, {}};
  m::arithmetic::prepare_text(std::string_view("a\\0b,zz", 6), spec, m::kRunIn_xTokenizer, ids);
  std::printf("%d %d", ids.values[0], ids.values[1]);
}
""".replace("NAMESPACE", FILTERS["cpp_namespace"](context))
    unit = written(context, tmp_path, main)
    linked = [str(LIBRARY), f"-Wl,-rpath,{LIBRARY.parent}"]
    command = ["clang++", *FLAGS, "-Wno-unused", "-Iinclude", "-Isrc", unit, "src/litert.cpp", "-o", "unit", *linked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    said = subprocess.run(["./unit"], cwd=tmp_path, capture_output=True, timeout=60, check=True).stdout
    *texts, ids = said.split(b"\x01")
    assert texts == [label.encode() for label in labels]
    assert ids == b"2 1", "the third word, and one that is not known"
