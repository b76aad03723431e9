"""A `.tflite` without a signature as the source, and integer ends with the float fallback."""

from __future__ import annotations

from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert.exporting import unique_names
from edgeflow.pipeline.convert import convert, convert_all

pytestmark = pytest.mark.tensorflow
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    model = schema.ModelT.InitFromPackedBuf((DATA / "kws_float32.tflite").read_bytes(), 0)
    model.signatureDefs = None
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    (tmp_path / "unsigned.tflite").write_bytes(bytes(builder.Output()))
    assert Interpreter(str(tmp_path / "unsigned.tflite")).get_signature_list() == {}
    return tmp_path / "unsigned.tflite"


def test_a_tflite_without_a_signature_gets_one_with_its_tensors_names(unsigned: Path, tmp_path: Path) -> None:
    plain = Interpreter(str(unsigned))
    plain.allocate_tensors()
    (given,), (out,) = plain.get_input_details(), plain.get_output_details()
    rng = np.random.default_rng(2)
    samples = rng.normal(size=(40, *given["shape"][1:])).astype(np.float32)
    into = tmp_path / "made"
    into.mkdir()
    made = convert_all(unsigned, ("none", "dynamic", "int8"), representative_data=samples, output=into)
    (name,), (answer,) = unique_names([given["name"]]), unique_names([out["name"]])
    assert made[0].errors[0].difference.max_abs == 0
    assert made[1].errors[0].difference.max_abs < 0.05
    for done in made:
        (signature,) = done.signatures
        most = done.errors[0].difference.max_abs  # over all samples; noise is hard for a keyword model in int8
        ends = [end.name for end in (*signature.inputs, *signature.outputs)]
        assert (signature.key, ends) == ("serving_default", [name, answer])
        runner = Interpreter(str(done.path)).get_signature_runner()
        scale, zero = runner.get_input_details()[name]["quantization"]
        out_scale, out_zero = runner.get_output_details()[answer]["quantization"]
        for row in samples[:5]:
            plain.set_tensor(given["index"], row[None])
            plain.invoke()
            value = row[None] if not scale else np.clip(np.rint(row[None] / scale) + zero, -128, 127).astype(np.int8)
            have = runner(**{name: value})[answer]
            have = (have.astype(float) - out_zero) * out_scale if out_scale else have
            assert np.abs(have - plain.get_tensor(out["index"])).max() <= most + 1e-6


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_the_float_fallback_takes_integer_inputs_and_outputs(keras_sources: Path, tmp_path: Path, dtype: str) -> None:
    done = convert(
        keras_sources / "cnn.keras",
        quantize="int8-float-fallback",
        io_type=dtype,
        representative_data=keras_sources / "pixels.npz",
        output=tmp_path / "m.tflite",
    )
    runner = Interpreter(str(done.path)).get_signature_runner()
    ((_, given),), ((_, out),) = runner.get_input_details().items(), runner.get_output_details().items()
    assert (np.dtype(given["dtype"]).name, np.dtype(out["dtype"]).name) == (dtype, dtype)
    assert given["quantization"][0] > 0 and out["quantization"][0] > 0
    assert done.errors[0].difference.max_abs < 0.1
    image = np.load(keras_sources / "pixels.npz")["pixels"][:1]
    scale, zero = given["quantization"]
    limits = np.iinfo(dtype)
    answer = runner(pixels=np.clip(np.rint(image / scale) + zero, limits.min, limits.max).astype(dtype))["scores"]
    assert (answer.astype(float) - out["quantization"][1]).sum() * out["quantization"][0] == pytest.approx(1, abs=0.05)
