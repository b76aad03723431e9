"""`edgeflow invoke` on `local:`: npz in and out, steps with state, and every bad input told in two lines."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.cli import main
from edgeflow.cli.invoke import parse_step
from edgeflow.errors import UsageError

DATA = Path(__file__).parents[1] / "data"
SCHEMAS = Path(__file__).parents[2] / "edgeflow/results/schemas"
KWS = str(DATA / "kws_int8.tflite")


def valid(answer, schema):
    loaded = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(loaded).validate(answer)
    return answer


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command here: run(*arguments) -> (status, stdout, stderr)."""
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


@pytest.fixture
def npz(tmp_path):
    def npz(name="in.npz", **arrays):
        np.savez(tmp_path / name, **arrays)
        return tmp_path / name

    return npz


def test_outputs_are_litert_s_raw_outputs(run, npz, tmp_path):
    array = np.random.default_rng(1).integers(-128, 128, (1, 49, 10, 1)).astype(np.int8)
    status, out, err = run("invoke", KWS, "-d", "local:", "--inputs", npz(features=array), "--outputs", "out.npz")
    assert status == 0 and "scores" in out and "note:" not in err
    expected = Interpreter(KWS, num_threads=1).get_signature_runner()(features=array)["scores"]
    with np.load(tmp_path / "out.npz") as found:
        np.testing.assert_array_equal(found["scores"], expected, strict=True)
    assert all(len(line) <= 80 for line in out.splitlines())


def test_the_answer_follows_its_schema_and_names_the_seed(run):
    status, out, _ = run("invoke", KWS, "-d", "local:", "--seed", 7, "--json")
    answer = valid(json.loads(out), "invocation")
    assert status == 0 and answer["steps"][0]["inputs"]["source"] == "random:7"
    assert answer["steps"][0]["signature"] == "serving_default" and answer["device"]["target"]
    again = json.loads(run("invoke", KWS, "-d", "local:", "--seed", 7, "--json")[1])
    assert again["steps"][0]["outputs"] == answer["steps"][0]["outputs"]
    other = json.loads(run("invoke", KWS, "-d", "local:", "--seed", 8, "--json")[1])
    assert other["steps"][0]["inputs"]["sha256"] != answer["steps"][0]["inputs"]["sha256"]


def test_floats_are_quantized_and_outputs_dequantized_on_request(run, npz, tmp_path):
    real = np.random.default_rng(1).uniform(0, 1, (1, 49, 10, 1))
    status, _, err = run("invoke", KWS, "-d", "local:", "--inputs", npz(features=real), "--outputs", "raw.npz")
    assert status == 0 and "note: features: float64 was quantized to int8" in err
    run("invoke", KWS, "-d", "local:", "--inputs", npz(features=real), "--outputs", "real.npz", "--dequantize")
    details = Interpreter(KWS).get_output_details()[0]["quantization"]
    with np.load(tmp_path / "raw.npz") as raw, np.load(tmp_path / "real.npz") as found:
        expected = (raw["scores"].astype(np.float32) - details[1]) * np.float32(details[0])
        np.testing.assert_array_equal(found["scores"], expected, strict=True)


def test_steps_run_in_order_with_state_kept(run, npz, tmp_path):
    model, one = DATA / "counter_float32.tflite", npz("one.npz", amount=np.array([[1, 2]], np.float32))
    two = npz("two.npz", **{"0": np.array([[10, 20]], np.float32)})
    steps = ("--step", f"add={one}:a.npz", "--step", f"add={two}", "--step", "read=:b.npz")
    status, out, _ = run("invoke", model, "-d", "local:", *steps, "--json")
    answer = valid(json.loads(out), "invocation")
    assert status == 0 and [step["signature"] for step in answer["steps"]] == ["add", "add", "read"]
    assert [step["file"] for step in answer["steps"]] == ["a.npz", None, "b.npz"]
    with np.load(tmp_path / "a.npz") as a, np.load(tmp_path / "b.npz") as b:
        assert a["total"].tolist() == [[1, 2]] and b["total"].tolist() == [[11, 22]]


def test_a_signature_and_an_input_shape_can_be_chosen(run):
    model = DATA / "two_signatures_float32.tflite"
    outputs = {}
    for name in ("encode", "decode"):
        answer = json.loads(run("invoke", model, "-d", "local:", "--signature", name, "--json")[1])
        outputs[name] = [output["name"] for output in answer["steps"][0]["outputs"]]
    assert outputs == {"encode": ["code"], "decode": ["plain"]}
    model = DATA / "sine_any_batch_float32.tflite"
    answer = json.loads(run("invoke", model, "-d", "local:", "--input-shape", "angle=5,1", "--json")[1])
    assert answer["steps"][0]["outputs"][0]["shape"] == [5, 1]


def test_the_default_device_comes_from_the_environment(run, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_DEVICE", "local:")
    assert run("invoke", KWS)[0] == 0


FEATURES = np.zeros((1, 49, 10, 1), np.int8)


@pytest.mark.parametrize(
    ("arguments", "arrays", "status", "message"),
    [
        (["--inputs", "in.npz"], {"foo": FEATURES}, 2, "wrong inputs"),
        (["--inputs", "in.npz"], {"features": FEATURES, "extra": FEATURES}, 2, "'extra' is no input"),
        (["--inputs", "in.npz"], {"features": FEATURES[0]}, 2, "has shape [49, 10, 1], not [1, 49, 10, 1]"),
        (["--inputs", "in.npz"], {"features": np.full(FEATURES.shape, np.nan)}, 2, "490 values are NaN"),
        (["--inputs", "in.npz"], {}, 2, "'features' is missing"),
        (["--inputs", "none.npz"], {}, 2, "none.npz: no such file"),
        (["--inputs", KWS], {}, 2, "not an .npz"),
        (["--outputs", "no/out.npz"], {}, 2, "no such folder"),
        (["--signature", "nope"], {}, 2, "has no signature 'nope'"),
        (["--input-shape", "features"], {}, 2, "is not NAME=SIZE"),
        (["--input-shape", "nope=1,2"], {}, 2, "no input 'nope'"),
        (["--input-shape", "features=1,2"], {}, 2, "refused OPEN"),
        (["--step", "nope"], {}, 2, "is not NAME=IN.npz"),
        (["--step", "nope="], {}, 2, "has no signature 'nope'"),
        (["--step", "serving_default=", "--inputs", "in.npz"], {}, 2, "--step stands for"),
        (["--threads", "0"], {}, 2, "0 is not in the range"),
        (["--delegate", "warp"], {}, 2, "warp"),
        (["-d", "nowhere"], {}, 2, "unknown device 'nowhere'"),
        (["-d", "ftp://x"], {}, 2, "unknown kind of address"),
    ],
)
def test_bad_input_gives_its_status_and_two_lines(run, npz, arguments, arrays, status, message):
    npz(**arrays)
    given = [KWS, "-d", "local:", *arguments] if "-d" not in arguments else [KWS, *arguments]
    code, out, err = run("invoke", *given, "--json")
    answer = valid(json.loads(out), "error")
    assert code == answer["exit"] == status and message in answer["message"]
    lines = [line for line in err.splitlines() if not line.startswith("  - ")]
    assert lines[0] == f"edgeflow: {answer['message']}" and len(lines) <= 2 and "Traceback" not in err
    assert answer["hint"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(None, 1), (b"", 1), (b"not a model", 1), ((DATA / "kws_int8.tflite").read_bytes()[:5000], 1)],
    ids=["missing", "empty", "foreign", "cut"],
)
def test_a_broken_model_never_reaches_the_device(run, tmp_path, content, status):
    if content is not None:
        (tmp_path / "model.tflite").write_bytes(content)
    code, out, err = run("invoke", "model.tflite", "-d", "local:", "--json")
    assert code == status and valid(json.loads(out), "error")["message"] and "Traceback" not in err
    assert not (tmp_path / "state").exists()


def test_nothing_is_written_when_a_run_fails(run, npz, tmp_path):
    npz(features=FEATURES[0])
    run("invoke", KWS, "-d", "local:", "--inputs", "in.npz", "--outputs", "out.npz")
    assert not (tmp_path / "out.npz").exists()


def test_steps_are_read_as_they_are_written():
    assert parse_step("a=in.npz:out.npz") == ("a", Path("in.npz"), Path("out.npz"))
    assert parse_step("a=in.npz") == ("a", Path("in.npz"), None)
    assert parse_step("a=:out.npz") == ("a", None, Path("out.npz"))
    assert parse_step("a=") == ("a", None, None)
    assert parse_step("a=C:\\in.npz") == ("a", Path("C:\\in.npz"), None)
    assert parse_step("=in.npz") == (None, Path("in.npz"), None)
    with pytest.raises(UsageError):
        parse_step("a")
