"""Operators of float and quantized models: who is whose, and who loses what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from edgeflow.errors import UsageError
from edgeflow.model.alone import alone
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.accuracy import accuracy
from edgeflow.validate.layers import match_operators
from tests.validate.conftest import DATA, changed

PAIRS = ["resnet8", "mixed", "kws", "vww", "ad01", "dict_io"]


def kinds(exact: Model, small: Model, pairs: list[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(exact.main.operators[a].name, small.main.operators[b].name) for a, b in pairs]


@pytest.mark.parametrize("name", PAIRS)
def test_every_operator_of_a_conversion_finds_its_own(name: str) -> None:
    exact, small = (load_model(DATA / f"{name}_{kind}.tflite") for kind in ("float32", "int8"))
    pairs, rest = match_operators(exact.main, small.main)
    assert rest == ()
    assert len(pairs) == len(exact.main.operators)
    assert all(a == b for a, b in kinds(exact, small, pairs))


@pytest.mark.parametrize("name", PAIRS)
def test_without_names_order_and_kind_give_the_same_pairs(name: str, tmp_path: Path) -> None:
    def nameless(model) -> None:
        for number, tensor in enumerate(model.subgraphs[0].tensors):
            tensor.name = f"t{number}"

    exact, small = (load_model(DATA / f"{name}_{kind}.tflite") for kind in ("float32", "int8"))
    bare = load_model(changed(small.path, tmp_path / "bare.tflite", nameless))
    assert match_operators(exact.main, bare.main) == match_operators(exact.main, small.main)


def test_what_stands_in_one_model_only_is_said(tmp_path: Path) -> None:
    """The second CONV_2D of `mixed` becomes unlike the float one: neither it nor a stranger is paired with it."""

    def renamed(model) -> None:
        graph = model.subgraphs[0]
        tensor = graph.tensors[graph.operators[2].outputs[0]]
        tensor.name, tensor.shape = "stranger", [1, 36, 4]

    exact = load_model(DATA / "mixed_float32.tflite")
    small = load_model(changed(DATA / "mixed_int8.tflite", tmp_path / "s.tflite", renamed))
    pairs, rest = match_operators(exact.main, small.main)
    assert rest == ("float operator 2 CONV_2D", "quantized operator 2 CONV_2D")
    assert len(pairs) == len(exact.main.operators) - 1


@pytest.mark.parametrize("victim", [0, 4, 6, 10])
def test_a_layer_with_ruined_weights_ranks_first(victim: int, images: Path, tmp_path: Path) -> None:
    """Weights of one layer keep two bits of eight: what its int8 form loses is far more than any other."""

    def ruined(model) -> None:
        graph = model.subgraphs[0]
        weights = graph.tensors[graph.operators[victim].inputs[1]]
        data = np.array(model.buffers[weights.buffer].data, np.uint8).view(np.int8).astype(int)
        coarse = np.clip(np.rint(data / 100) * 100, -127, 127).astype(np.int8)
        model.buffers[weights.buffer].data = coarse.view(np.uint8)

    broken = changed(DATA / "resnet8_int8.tflite", tmp_path / "broken.tflite", ruined)
    exact = DATA / "resnet8_float32.tflite"
    (good,) = accuracy([exact, DATA / "resnet8_int8.tflite"], images, labels="y", per_layer=True).layers
    (bad,) = accuracy([exact, broken], images, labels="y", per_layer=True).layers
    first = bad.layers[0]
    assert (first.quantized_index, first.operator) == (victim, exact_name(exact, victim))
    assert first.name in bad.keep_float[0].replace("\\", "")
    assert first.own_snr_db < 10
    before = {layer.quantized_index: layer for layer in good.layers}
    assert before[victim].own_snr_db > first.own_snr_db + 10
    for layer in bad.layers:
        if layer.quantized_index < victim:
            assert layer == before[layer.quantized_index]


def exact_name(path: Path, operator: int) -> str:
    return load_model(path).main.operators[operator].name


def test_errors_so_far_are_those_of_the_tensors_themselves(images: Path) -> None:
    """Against LiteRT driven by hand: the last operator's error so far is that of the model's own output."""
    found = accuracy(
        [DATA / "resnet8_float32.tflite", DATA / "resnet8_int8.tflite"],
        images,
        labels="y",
        max_samples=20,
        per_layer=True,
    )
    layers, (error,) = found.layers[0].layers, found.models[1].errors
    last = next(layer for layer in layers if layer.operator == "SOFTMAX")
    assert last.snr_db == pytest.approx(error.snr_db)
    assert (last.max_abs, last.mean_abs) == (pytest.approx(error.max_abs), pytest.approx(error.mean_abs))
    quiet = next(layer for layer in layers if layer.operator == "RESHAPE")
    assert (quiet.own_snr_db, quiet.own_max_abs) == (None, 0)
    assert found.layers[0].samples == 20


def test_own_error_of_one_operator_is_what_numpy_says(images: Path) -> None:
    """FULLY_CONNECTED alone: dequantized input times float weights, against the dequantized int8 output."""
    exact, small = (load_model(DATA / f"resnet8_{kind}.tflite") for kind in ("float32", "int8"))
    rows = np.load(images)["image"][:8]
    report = accuracy([exact, small], {"image": rows}, per_layer=True).layers[0]
    place = next(o.index for o in small.main.operators if o.name == "FULLY_CONNECTED")
    node, tensors = small.main.operators[place], small.main.tensors
    weights, bias = (
        np.frombuffer(exact.content, np.float32, t.constant_bytes // 4, t.data_offset).reshape(t.shape)
        for t in (exact.main.tensors[i] for i in exact.main.operators[place].inputs[1:3])
    )
    resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(
        str(small.path), experimental_preserve_all_tensors=True, experimental_op_resolver_type=resolver
    )
    interpreter.allocate_tensors()
    first = tensors[small.main.inputs[0]].quantization
    signal = noise = 0.0
    for row in rows:
        given = np.clip(np.floor(row / np.float32(first.scale[0]) + 0.5) + first.zero_point[0], -128, 127).astype(
            np.int8
        )
        interpreter.set_tensor(small.main.inputs[0], given[None])
        interpreter.invoke()
        x, y = (
            (interpreter.get_tensor(i).astype(float) - tensors[i].quantization.zero_point[0])
            * tensors[i].quantization.scale[0]
            for i in (node.inputs[0], node.outputs[0])
        )
        want = x @ weights.T + bias
        signal, noise = signal + (want**2).sum(), noise + ((want - y) ** 2).sum()
    layer = next(layer for layer in report.layers if layer.quantized_index == place)
    assert layer.own_snr_db == pytest.approx(10 * np.log10(signal / noise), abs=1e-4)


def test_a_dynamic_model_is_looked_into_as_well(tmp_path: Path) -> None:
    rows = np.random.default_rng(2).normal(size=(4, 49, 10, 1)).astype(np.float32)
    (report,) = accuracy([DATA / "kws_float32.tflite", DATA / "kws_dynamic.tflite"], rows, per_layer=True).layers
    assert len(report.layers) == len(load_model(DATA / "kws_float32.tflite").main.operators)
    worst = report.layers[0]
    assert worst.operator in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    assert worst.own_snr_db > 10


def test_an_operator_alone_computes_what_it_does_in_its_model() -> None:
    model = load_model(DATA / "mixed_float32.tflite")
    whole = schema.ModelT.InitFromPackedBuf(model.content, 0)
    running = Interpreter(str(model.path), experimental_preserve_all_tensors=True)
    running.allocate_tensors()
    index = running.get_input_details()[0]["index"]
    shape = running.get_input_details()[0]["shape"]
    running.set_tensor(index, np.random.default_rng(5).uniform(-1, 1, shape).astype(np.float32))
    running.invoke()
    for operator in model.main.operators:
        single = Interpreter(model_content=alone(model, whole, operator.index))
        single.allocate_tensors()
        dynamic = [i for i in dict.fromkeys(operator.inputs) if not model.main.tensors[i].is_constant]
        for detail, tensor in zip(single.get_input_details(), dynamic, strict=True):
            single.set_tensor(detail["index"], running.get_tensor(tensor))
        single.invoke()
        made = single.get_tensor(single.get_output_details()[0]["index"])
        np.testing.assert_allclose(made, running.get_tensor(operator.outputs[0]), rtol=1e-5, atol=1e-6)


def test_two_models_of_one_kind_are_refused() -> None:
    exact = DATA / "resnet8_float32.tflite"
    with pytest.raises(UsageError, match="no quantized model"):
        accuracy([exact], np.zeros((1, 32, 32, 3)), per_layer=True)
    with pytest.raises(UsageError, match="no float model"):
        accuracy([DATA / "resnet8_int8.tflite"], np.zeros((1, 32, 32, 3)), per_layer=True)
