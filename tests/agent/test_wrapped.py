"""The agent runs the halves of a generated package, and they do what the package's arithmetic says."""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from edgeflow.bench.wrapper import wrapper_package
from edgeflow.generate import tensors
from edgeflow.generate.project import load_project
from edgeflow.model.read import load_model

DATA = Path(__file__).parents[1] / "data"
PHOTO = 'schema = 1\n[pre.0]\nkind = "image"\nmean = [127.5]\nstd = [127.5]\n[post.0]\nkind = "classes"\n'


@pytest.fixture
def opened(agent, tmp_path, monkeypatch):
    """Open a half of a model's package as the agent does: opened(api) -> (model, package's zip)."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "edgeflow.toml").write_text(PHOTO)
    model = load_model(DATA / "vww_int8.tflite")
    package = wrapper_package(model, "serving_default", load_project(tmp_path / "edgeflow.toml"))
    path = tmp_path / "wrapper.so"
    path.write_bytes(package.library.content)
    module = agent("opened")

    def open_half(api, library=path):
        options = module.Options(1, api, "", {}, str(library))
        return module.open_model(str(model.path), options, "serving_default", lambda name: None)

    yield model, path, open_half
    for name in [name for name in sys.modules if name.startswith("edgeflow_wrapper")]:
        del sys.modules[name]


def test_prepare_makes_the_tensor_of_the_photo(opened):
    model, path, open_half = opened
    with zipfile.ZipFile(path) as archive, np.load(io.BytesIO(archive.read("values.npz"))) as values:
        photo = values["0"]
    (_, index), *_ = model.signatures[0].inputs
    tensor = model.main.tensors[index]
    described = tensors.Tensor(
        "photo", index, "int8", tensor.shape, tuple(tensor.quantization.scale), tuple(tensor.quantization.zero_point)
    )
    expected = tensors.prepare_image(photo, described, resize="bilinear", colour="rgb", mean=(127.5,), std=(127.5,))
    half = open_half("prepare")
    assert half.tensors(0) == [] and half.signatures == {}
    np.testing.assert_array_equal(half.runner()()[0], expected)


def test_read_answers_from_the_models_own_output(opened):
    _, _, open_half = opened
    half = open_half("read")
    (tensor,) = half.tensors(0)
    half.write(tensor, np.full(tensor.shape, 3, tensor.dtype))
    answer = half.runner()()
    (output,) = [value for name, value in vars(answer).items() if name != "raw"]
    (raw,) = vars(answer.raw).values()
    assert len(output.top) == raw.size and output.top[0].score == output.values.max()
    assert int(raw.reshape(-1).argmax()) == output.top[0].index


def test_a_library_that_is_no_package_is_refused(agent, opened, tmp_path):
    _, _, open_half = opened
    (tmp_path / "x.so").write_bytes(b"\x7fELF nothing")
    with pytest.raises(agent("refusal").Refusal, match="no wrapper"):
        open_half("prepare", tmp_path / "x.so")
