"""The context: what templates are told about a model and its use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.context import Options, build_context
from edgeflow.generate.languages import choose_language, load_languages
from edgeflow.generate.project import Project, read_project
from edgeflow.model.read import load_model
from edgeflow.model.types import Model, Quantization, Signature, Subgraph, Tensor
from edgeflow.targets.types import Board, Region, Target

TARGET = Target(
    name="cortex-m4",
    title="Arm Cortex-M4F",
    family="microcontroller",
    arch="armv7e-m+fp",
    runtime="edgeflow",
    kernels="dsp",
    languages=("c-array",),
    cflags=(),
    zig_target=None,
    source="a literal",
)
BOARD = Board(
    name="tiny",
    title="Tiny",
    target="cortex-m4",
    cpu="STM32",
    clock_hz=None,
    ram=(Region("sram", 1024),),
    flash_bytes=100,
    usb_ids=(),
    port=None,
    emulator=None,
    source="a literal",
)
PYTHON, C_ARRAY = Options("python"), Options("c-array", form="array")


def tensor(index: int, name: str, dtype: str = "INT8", shape: tuple[int, ...] = (1, 4), **more: object) -> Tensor:
    quantization = Quantization((0.5,), (3,)) if dtype == "INT8" else None
    fields = {"quantization": quantization, "constant_bytes": 0, "is_variable": False, "bytes": 4, **more}
    return Tensor(index=index, name=name, dtype=dtype, shape=shape, shape_signature=shape, **fields)


def model(*tensors: Tensor, inputs: tuple[int, ...], outputs: tuple[int, ...], **more: object) -> Model:
    fields = {"signatures": (), "name": "m", "path": Path("some/where/m.tflite"), "content": bytes(120), **more}
    graph = Subgraph(0, "main", tensors, (), inputs, outputs)
    return Model(sha256="ab" * 32, description="", subgraphs=(graph,), metadata_names=(), **fields)


def project(text: str, folder: Path = Path()) -> Project:
    return read_project(f"schema = 1\n{text}", folder / "edgeflow.toml")


PLAIN = model(tensor(0, "x"), tensor(1, "y"), inputs=(0,), outputs=(1,))
IMAGE = model(tensor(0, "x", shape=(1, 8, 6, 3)), tensor(1, "y", shape=(1, 3)), inputs=(0,), outputs=(1,))


def test_a_model_without_signatures_has_one_entry_called_run() -> None:
    context = build_context(PLAIN, TARGET, None, PYTHON)
    (entry,) = context.entries
    assert (entry.key, entry.method, entry.class_prefix) == (None, "run", "Run")
    (port,) = entry.inputs
    assert (port.name, port.key, port.index, port.numpy, port.shape) == ("x", None, 0, "int8", (1, 4))
    assert (port.scale, port.zero_point, port.pre.kind) == ((0.5,), (3,), "plain")
    assert entry.outputs[0].post.kind == "values"


def test_the_command_names_the_file_but_no_folder() -> None:
    context = build_context(PLAIN, TARGET, None, replace(C_ARRAY, name="it"))
    assert context.command == (
        "edgeflow generate m.tflite --target cortex-m4 --language c-array --name it --form array -o ."
    )
    hostile = replace(PLAIN, path=Path("a/$(rm -rf x).tflite"))
    assert "'$(rm -rf x).tflite'" in build_context(hostile, TARGET, None, C_ARRAY).command


def test_flash_is_judged_against_the_board() -> None:
    assert build_context(PLAIN, TARGET, None, C_ARRAY).warnings == ()
    context = build_context(PLAIN, TARGET, BOARD, C_ARRAY)
    assert context.warnings == ("the model is 120 bytes, 20 more than the 100 bytes of flash of tiny",)
    assert build_context(replace(PLAIN, content=bytes(100)), TARGET, BOARD, C_ARRAY).warnings == ()
    assert build_context(PLAIN, TARGET, replace(BOARD, flash_bytes=None), C_ARRAY).warnings == ()


def test_signatures_keep_their_names_and_the_usual_one_is_run() -> None:
    keys = ("serving_default", "encode", "Encode", "encode_raw", "reset", "")
    signatures = tuple(Signature(key, 0, (("in", 0),), (("out", 1),)) for key in keys)
    context = build_context(replace(PLAIN, signatures=signatures), TARGET, None, PYTHON)
    methods = [entry.method for entry in context.entries]
    assert methods == ["run", "encode", "encode_2", "encode_raw_2", "reset_", "run_2"]
    assert [entry.key for entry in context.entries] == list(keys)
    names = [name for e in context.entries for name in (e.method, f"{e.method}_raw")]
    assert len(set(names)) == 12
    assert context.entries[0].inputs[0].key == "in"


def test_one_signature_can_be_chosen_and_an_unknown_one_lists_the_known() -> None:
    signatures = tuple(Signature(key, 0, (("in", 0),), (("out", 1),)) for key in ("a", "b"))
    two = replace(PLAIN, signatures=signatures)
    (entry,) = build_context(two, TARGET, None, replace(PYTHON, signature="b")).entries
    assert (entry.key, entry.method) == ("b", "run")
    with pytest.raises(UsageError) as caught:
        build_context(two, TARGET, None, replace(PYTHON, signature="c"))
    assert caught.value.hint == "it has 'a', 'b'"
    with pytest.raises(UsageError) as caught:
        build_context(PLAIN, TARGET, None, replace(PYTHON, signature="c"))
    assert "leave --signature out" in caught.value.hint


def test_pre_and_post_follow_name_or_index() -> None:
    for key in ("x", "0"):
        given = project(f'[pre.{key}]\nkind = "image"\nresize = "nearest"\nmean = [1, 2, 3]\nstd = [2]')
        pre = build_context(IMAGE, TARGET, None, PYTHON, given).entries[0].inputs[0].pre
        assert (pre.kind, pre.resize, pre.height, pre.width, pre.channels) == ("image", "nearest", 8, 6, 3)
        assert (pre.mean, pre.std) == ((1.0, 2.0, 3.0), (2.0,))
    post = build_context(IMAGE, TARGET, None, PYTHON, project('[post.y]\nkind = "raw"')).entries[0].outputs[0].post
    assert post.kind == "raw"


def test_labels_are_read_from_beside_the_project_and_counted(tmp_path: Path) -> None:
    given = project('[post.y]\nkind = "classes"\nlabels = "l.txt"\ntop_k = 2', tmp_path)
    (tmp_path / "l.txt").write_bytes('\ufeffcat\r\nd\u00f6g\r\n "x" \r\n\r\n'.encode())
    post = build_context(IMAGE, TARGET, None, PYTHON, given).entries[0].outputs[0].post
    assert (post.kind, post.labels, post.top_k) == ("classes", ("cat", "d\u00f6g", '"x"'), 2)
    (tmp_path / "l.txt").write_text("cat\ndog\n")
    with pytest.raises(UsageError, match="has 2 labels, the output has 3 classes"):
        build_context(IMAGE, TARGET, None, PYTHON, given)
    (tmp_path / "l.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        build_context(IMAGE, TARGET, None, PYTHON, given)
    (tmp_path / "l.txt").unlink()
    with pytest.raises(UsageError, match=r"l\.txt: No such file"):
        build_context(IMAGE, TARGET, None, PYTHON, given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[pre.z]\nkind = "vector"', "has no input of that name or index"),
        ('[pre.1]\nkind = "vector"', "has no input of that name or index"),
        ('[post.x]\nkind = "raw"', "has no output of that name or index"),
        ('[pre.x]\nkind = "audio"', "how many samples a second"),
        ('[pre.x]\nkind = "audio"\nsample_rate = 8000\nchannels = 7', "does not fill the shape"),
        ('[pre.x]\nkind = "text"', "words become ids"),
        ('[pre.x]\nkind = "image"\nmean = [1, 2]', "mean has 2 entries"),
        ('[pre.x]\nkind = "image"\ncolour = "gray"', "does not go with 3 channels"),
        ('[post.y]\nkind = "boxes"', "boxes are four numbers each"),
        ('[post.y]\nkind = "raw"\nactivation = "softmax"', "takes no activation"),
    ],
)
def test_project_entries_that_do_not_match_the_model_are_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        build_context(IMAGE, TARGET, None, PYTHON, project(text))


def test_images_and_classes_need_their_shapes() -> None:
    with pytest.raises(UsageError, match="an image input has the shape"):
        build_context(PLAIN, TARGET, None, PYTHON, project('[pre.x]\nkind = "image"'))
    wide = model(tensor(0, "x"), tensor(1, "y", shape=(1, 2, 3)), inputs=(0,), outputs=(1,))
    with pytest.raises(UsageError, match="classes are one score each"):
        build_context(wide, TARGET, None, PYTHON, project('[post.y]\nkind = "classes"'))
    batch = model(tensor(0, "x"), tensor(1, "y", shape=(2, 3)), inputs=(0,), outputs=(1,))
    with pytest.raises(UsageError, match="classes are one score each"):
        build_context(batch, TARGET, None, PYTHON, project('[post.y]\nkind = "classes"'))


def test_a_python_wrapper_needs_numpy_types_and_sane_scales_but_an_array_does_not() -> None:
    words = model(tensor(0, "x", "STRING"), tensor(1, "y"), inputs=(0,), outputs=(1,))
    nothing = Quantization((0.0,), (0,))
    flat = model(tensor(0, "x", quantization=nothing), tensor(1, "y"), inputs=(0,), outputs=(1,))
    for bad in (words, flat):
        with pytest.raises(ModelError, match="cannot be wrapped as a typed Python package"):
            load_languages()["python"].check(build_context(bad, TARGET, None, PYTHON))
        load_languages()["c-array"].check(build_context(bad, TARGET, None, C_ARRAY))


def test_a_class_is_never_called_as_something_its_module_uses() -> None:
    for stem, name in [
        ("path", "PathModel"),
        ("run_result", "RunResultModel"),
        ("none", "NoneModel"),
        ("any", "AnyModel"),
    ]:
        context = build_context(replace(PLAIN, path=Path(f"{stem}.tflite")), TARGET, None, PYTHON)
        assert context.class_name == name


def test_languages_come_from_the_target_and_one_without_says_that_its_wrapper_follows() -> None:
    assert choose_language(TARGET, None).name == "c-array"
    android = replace(TARGET, name="android-arm64", family="android", languages=("swift",))
    for asked in (None, "swift", "python"):
        with pytest.raises(UsageError, match="wrapper for Android follows") as caught:
            choose_language(android, asked)
        assert "c-array" in caught.value.hint and "python" in caught.value.hint
    for asked, message in (("python", "has no language 'python'"), ("cobol", "unknown language 'cobol'")):
        with pytest.raises(UsageError, match=message) as caught:
            choose_language(TARGET, asked)
        assert "c-array" in caught.value.hint


def test_the_form_follows_size_unless_given() -> None:
    c, python = load_languages()["c-array"], load_languages()["python"]
    assert [c.choose_form(None, size) for size in (1024 * 1024 - 1, 1024 * 1024)] == ["array", "incbin"]
    assert c.choose_form("array", 10**9) == "array"
    assert python.choose_form(None, 10**9) is None
    with pytest.raises(UsageError, match="has no form"):
        python.choose_form("array", 1)


def test_every_test_model_gives_a_context(data: Path) -> None:
    for path in sorted(data.glob("*.tflite")):
        loaded = load_model(path)
        for options in (PYTHON, C_ARRAY):
            context = build_context(loaded, TARGET, BOARD, options)
            assert context.entries and context.symbol == path.stem
