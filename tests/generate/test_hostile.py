"""Whatever a model calls its parts, what is rendered for it compiles in every language and says nothing else."""

from __future__ import annotations

import ast
import subprocess
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from litert_models import pass_through

from edgeflow.generate.context import Context, Options, build_context
from edgeflow.generate.described import Labels
from edgeflow.generate.groups import Group
from edgeflow.generate.languages import load_languages
from edgeflow.generate.prepost import PostStep
from edgeflow.generate.render import render
from edgeflow.model.read import read_model
from edgeflow.model.types import Model, Signature
from edgeflow.targets.registry import resolve

TARGET, BOARD = resolve("pico")
words = st.text(max_size=12) | st.sampled_from(
    ["a */ evil", "/*", '"""', "'''", "\\", "\n", "class", "int", "self", "np", "x", "X", "x_2", "", "{{ x }}", "??/"]
)


def hostile_model(names: list[str], keys: list[str], stem: str) -> Model:
    """A model whose tensors, signatures and file carry any text; all on its one subgraph."""
    plain = read_model(pass_through([f"t{n}" for n in range(len(names))], ["out"]), Path("m.tflite"))
    tensors = tuple(
        replace(tensor, name=name) for tensor, name in zip(plain.main.tensors, [*names, "out"], strict=True)
    )
    inputs = tuple((name, index) for index, name in enumerate(names))
    outputs = tuple((name, len(names)) for name in names[:1])
    return replace(
        plain,
        path=Path("folder") / f"{stem}.tflite",
        description=stem,
        subgraphs=(replace(plain.main, tensors=tensors),),
        signatures=tuple(Signature(key, 0, inputs, outputs) for key in keys),
    )


def rendered(model: Model, language: str, form: str | None) -> dict[str, bytes]:
    context = build_context(model, TARGET, BOARD, Options(language, form=form))
    return render(load_languages()[language], context, model.content)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(words, min_size=1, max_size=4),
    st.lists(words, max_size=3),
    st.text(st.characters(exclude_characters="/\0"), max_size=10),
)
@example(["a */ evil", "a */ evil"], ["*/ int x; /*", "run", "run_raw"], 'x"; #error */')
@example(["raw", "class", '"""'], ['"""\nimport os\n"""'], "\u202e\\\n")
def test_any_names_give_code_that_compiles(names: list[str], keys: list[str], stem: str) -> None:
    model = hostile_model(names, keys, stem)
    for path, content in rendered(model, "python", None).items():
        text = content.decode("utf-8") if path.endswith((".py", ".toml", ".md")) else ""
        if path.endswith(".py"):
            tree = ast.parse(text, feature_version=(3, 9))
            imported = {n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)}
            own = {"numpy", "hashlib", "importlib", "argparse", "json", "os", "sys", "time", "unittest", "zipfile"}
            assert imported <= own
            compile(text, path, "exec")
        elif path.endswith(".toml"):
            assert set(tomllib.loads(text)) == {"build-system", "project", "tool"}
        elif path.endswith(".md"):
            assert text.count("<!--") == text.count("-->") == 1 and "<script" not in text
    with tempfile.TemporaryDirectory() as folder:
        for form, suffix in (("array", ".c"), ("incbin", ".S")):
            files = rendered(model, "c-array", form)
            for path, content in files.items():
                (Path(folder) / path).write_bytes(content)
                assert path.endswith(".tflite") or content.isascii()
            (source,) = (path for path in files if path.endswith(suffix))
            command = ["gcc", "-pedantic", "-Wall", "-Wextra", "-Werror", "-c", source, "-o", "x.o"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            symbols = subprocess.run(["nm", "x.o"], cwd=folder, capture_output=True, text=True, check=True).stdout
            assert len(symbols.splitlines()) == 2  # the bytes and their number, nothing a name smuggled in


def test_very_many_inputs_of_one_name_take_time_in_proportion() -> None:
    model = hostile_model(["x"], [], "m")
    many = replace(model, subgraphs=(replace(model.main, inputs=(0,) * 20_000),))
    (entry,) = build_context(many, TARGET, BOARD, Options("python")).entries
    assert len({port.identifier for port in entry.inputs}) == 20_000
    keys = tuple(Signature("run", 0, (("x", 0),), ()) for _ in range(5_000))
    entries = build_context(replace(model, signatures=keys), TARGET, BOARD, Options("python")).entries
    assert len({entry.method for entry in entries}) == 5_000


def labelled(outputs: list[str], labels: list[str], locale: str, options: Options) -> tuple[Context, Model]:
    """Boxes, values, named values and classes of four, with labels in two languages, and detections of them."""
    model = hostile_model(["boxes", *outputs], [], "m")
    four = tuple(replace(tensor, shape=(1, 4), shape_signature=(1, 4)) for tensor in model.main.tensors)
    boxes = (replace(four[0], shape=(1, 4, 4), shape_signature=(1, 4, 4)), *four[1:])
    model = replace(model, subgraphs=(replace(model.main, tensors=boxes, outputs=(0, 1, 2, 3)),))
    (entry,) = build_context(model, TARGET, BOARD, options).entries
    languages = (Labels(locale, tuple(labels)), Labels(f"{locale}2", tuple(labels)))
    identifiers = [port.identifier for port in entry.outputs]
    kinds = (PostStep("boxes"), PostStep("values"), PostStep("named", labels=tuple(labels), locales=languages))
    posts = (*kinds, PostStep("classes", labels=tuple(labels), locales=languages))
    ports = tuple(replace(port, post=post) for port, post in zip(entry.outputs, posts, strict=True))
    group = Group("found", *identifiers[:3], None, tuple(labels), languages, 3, 0.5)
    context = build_context(model, TARGET, BOARD, options)
    return replace(context, entries=(replace(entry, outputs=ports, groups=(group,)),)), model


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=3, max_size=3), st.lists(words, min_size=4, max_size=4), words)
@example(["tensors", "read_run", "raw"], ['"""', "\\", "\n", "{{ 1 }}"], 'x"; import os #')
@example(["v_tensors", "np", "self"], ["a", "b", "c", "d"], "raw")
def test_hostile_labels_locales_and_groups_stay_data(outputs: list[str], labels: list[str], locale: str) -> None:
    context, model = labelled(outputs, labels, locale, Options("python"))
    files = render(load_languages()["python"], context, model.content)
    tree = ast.parse(files["m/wrapper.py"].decode(), feature_version=(3, 9))
    tables = [node for node in tree.body if isinstance(node, ast.AnnAssign)]
    assert [next(iter(ast.literal_eval(table.value).values())) for table in tables] == [tuple(labels)] * 3
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert locale in texts and set(labels) <= texts
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import) and node.names[0].name != "numpy"]
