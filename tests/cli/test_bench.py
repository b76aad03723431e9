"""`edgeflow bench` on `local:`: results by their schema, cross products, the table, the verdict's status."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from edgeflow.bench.types import result_from_json
from edgeflow.cli import main
from edgeflow.cli.bench import time_text
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
SCHEMAS = Path(__file__).parents[2] / "edgeflow/results/schemas"
KWS, SINE = str(DATA / "kws_int8.tflite"), str(DATA / "sine_int8.tflite")
SHORT = ("--runs", "12", "--min-seconds", "0", "--warmup", "0", "--processes", "1")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command here: run(*arguments) -> (status, stdout, stderr)."""
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["bench", "-d", "local:", *map(str, arguments)])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def valid(result):
    loaded = json.loads((SCHEMAS / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(loaded).validate(result)
    return result


def test_a_result_is_complete_and_follows_its_schema(run):
    status, out, _ = run(KWS, "--runs", "20", "--min-seconds", "0", "--processes", "2", "--json")
    result = valid(json.loads(out))
    assert status == 0 and result["model"]["name"] == "kws_int8" and result["signature"] == "serving_default"
    latency = result["latency_us"]
    assert [len(r["samples"]) for r in latency["rounds"]] == [20, 20] and latency["count"] == 40
    assert latency["min"] <= latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"]
    assert all(r["init_us"] > 0 and r["first_invoke_us"] > 0 for r in latency["rounds"])
    phases = result["memory_bytes"]["phases"]
    assert list(phases) == ["import", "load", "allocate", "first_invoke", "steady"]
    assert result["memory_bytes"]["peak_rss"] >= max(phases.values())
    assert result["runtime"] == {
        "name": "litert", "version": result["runtime"]["version"], "api": "interpreter", "kernels": None,
        "threads": 1, "delegate": "xnnpack",
    }  # fmt: skip
    assert result["plan"]["processes"] == 2 and result["plan"]["mode"] == "back-to-back"
    assert result["inputs"]["source"] == "random:0" and not result["device"]["emulated"]


def test_what_a_wrapper_does_is_measured_apart_where_the_project_says_it(run, tmp_path):
    (tmp_path / "words.txt").write_text("\n".join(f"word {number}" for number in range(12)))
    (tmp_path / "edgeflow.toml").write_text(
        'schema = 1\n[pre.0]\nkind = "vector"\nmean = [3]\nstd = [2]\n'
        '[post.0]\nkind = "classes"\nlabels = "words.txt"\ntop_k = 3\n'
    )
    status, out, _ = run(KWS, *SHORT, "--json")
    result = valid(json.loads(out))
    times = result["wrapper_us"]
    assert status == 0 and "wrapper_us" not in result["unavailable"] and times["language"] == "python"
    for part in (times["pre"], times["post"]):
        assert part["count"] >= 50 and 0 < part["min"] <= part["p50"] <= part["p99"] <= part["max"]
    assert "float32 [1, 49, 10, 1]" in times["given"]
    assert result_from_json(result).to_json()["wrapper_us"] == times
    status, out, err = run(KWS, *SHORT, "--no-wrapper", "--json")
    assert json.loads(out)["wrapper_us"] is None and json.loads(out)["unavailable"]["wrapper_us"] == "not asked for"
    (tmp_path / "edgeflow.toml").write_text('schema = 1\n[pre.nowhere]\nkind = "vector"\n')
    status, out, err = run(KWS, *SHORT, "--wrapper")
    assert status == 2 and out == "" and "nowhere" in err and len(err.splitlines()) == 2


def test_a_result_read_back_is_the_same(run):
    answer = json.loads(run(KWS, *SHORT, "--json")[1])
    assert json.loads(json.dumps(result_from_json(answer).to_json())) == answer


def test_models_and_threads_multiply(run):
    results = json.loads(run(KWS, SINE, "--threads", 1, "--threads", 2, *SHORT, "--json")[1])
    named = [(valid(result)["model"]["name"], result["runtime"]["threads"]) for result in results]
    assert named == [("kws_int8", 1), ("kws_int8", 2), ("sine_int8", 1), ("sine_int8", 2)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--delegate", "none"], ("interpreter", "none")),
        (["--delegate", "reference"], ("interpreter", "none")),
        (["--api", "compiled-model"], ("compiled-model", "xnnpack")),
    ],
)
def test_api_and_delegate_are_named_as_used(run, options, expected):
    runtime = valid(json.loads(run(KWS, *options, *SHORT, "--json")[1]))["runtime"]
    assert (runtime["api"], runtime["delegate"]) == expected


def test_given_inputs_are_used_and_digested(run, tmp_path):
    np.savez(tmp_path / "in.npz", features=np.zeros((1, 49, 10, 1), np.int8))
    result = json.loads(run(KWS, "--inputs", "in.npz", *SHORT, "--json")[1])
    assert result["inputs"]["source"] == "file"
    assert result["inputs"]["sha256"] != json.loads(run(KWS, *SHORT, "--json")[1])["inputs"]["sha256"]


def test_short_runs_are_batched_and_paced_ones_are_not(run):
    result = valid(json.loads(run(SINE, "--runs", 5, "--warmup", 20, "--min-seconds", 0, "--json")[1]))
    assert len(result["conditions"]["runs_per_sample"]) == 3 and min(result["conditions"]["runs_per_sample"]) >= 1
    paced = valid(json.loads(run(SINE, "--rate", 500, *SHORT, "--json")[1]))
    assert paced["plan"]["mode"] == "paced" and "runs_per_sample" not in paced["conditions"]


def test_too_few_samples_are_not_trusted_and_that_can_be_required(run):
    status, out, _ = run(KWS, *SHORT, "--require-trusted", "--json")
    result = valid(json.loads(out))
    assert status == 8 and not result["trusted"]
    assert any(reason.startswith("too few samples: 12") for reason in result["reasons"])
    few = valid(json.loads(run(KWS, *SHORT, "--runs", 3, "--json")[1]))
    assert few["latency_us"]["ci95_p50"] is None and few["unavailable"]["latency_us.ci95_p50"]


def test_people_get_a_table_of_80_columns_and_the_doubts(run):
    status, out, err = run(KWS, *SHORT)
    assert status == 0 and all(len(line) <= 80 for line in out.splitlines())
    for word in ("kws_int8", "litert", "p50", "peak memory", "trusted"):
        assert word in out
    assert "not to be trusted: too few samples" in err
    _, out, _ = run(KWS, SINE, *SHORT)
    assert all(len(line) <= 80 for line in out.splitlines()) and "sine_int8" in out and "p99" in out


def test_what_was_measured_before_a_failure_is_printed_and_its_status_is_kept(run):
    gone = ("-d", "serial:///dev/no-such-port", "--target", "linux-x86-64", *SHORT)
    status, out, _ = run(KWS, *gone, "--json")
    result, error = json.loads(out)
    assert status == 5 and valid(result)["model"]["name"] == "kws_int8"
    check_answer(error)
    assert error["exit"] == 5 and "/dev/no-such-port" in error["message"]
    status, out, err = run(KWS, *gone)
    assert status == 5 and "peak memory" in out and "there is no port /dev/no-such-port" in err


def test_interrupted_the_results_so_far_are_printed(run, monkeypatch):
    def interrupted(models, devices, threads, **options):
        yield result_from_json(answer)
        raise KeyboardInterrupt

    answer = json.loads(run(KWS, *SHORT, "--json")[1])
    monkeypatch.setattr("edgeflow.pipeline.bench.bench_all", interrupted)
    status, out, _ = run(KWS, *SHORT, "--json")
    assert status == 130 and [part["schema"] for part in json.loads(out)] == ["edgeflow.result/1", "edgeflow.error/1"]


@pytest.mark.parametrize(("us", "text"), [(0.5123, "0.512 µs"), (999, "999 µs"), (1234.5, "1.23 ms"), (2.5e6, "2.5 s")])
def test_times_are_shown_with_three_digits(us, text):
    assert time_text(us) == text and time_text(None) == "–"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["none.tflite"], 1),
        ([KWS, "--runs", "0"], 2),
        ([KWS, "--threads", "x"], 2),
        ([KWS, "--rate", "0"], 2),
        ([KWS, "--inputs", "none.npz"], 2),
        ([KWS, "--signature", "nope"], 2),
        ([], 2),
    ],
)
def test_bad_input_gives_its_status_and_no_traceback(run, arguments, status):
    code, out, err = run(*arguments, "--json")
    assert code == status and json.loads(out)["exit"] == status and "Traceback" not in err


def test_memory_that_ends_gives_two_lines(run, monkeypatch):
    def full(models, devices, threads, **options):
        raise MemoryError

    monkeypatch.setattr("edgeflow.pipeline.bench.bench_all", full)
    status, out, err = run(KWS, "--json")
    assert status == 1 and json.loads(out)["message"] == "out of memory" and "Traceback" not in err


def test_apis_delegates_and_threads_are_a_cross_product_that_the_table_tells_apart(run):
    ways = ("--api", "interpreter", "--api", "compiled-model", "--delegate", "none", "--delegate", "reference")
    status, out, _ = run(SINE, *ways, *SHORT, "--json")
    found = [(r["runtime"]["api"], r["runtime"]["delegate"]) for r in map(valid, json.loads(out))]
    assert status == 0 and [api for api, _ in found] == ["interpreter"] * 2 + ["compiled-model"] * 2
    status, out, _ = run(SINE, *ways[:4], *SHORT)
    assert "int xnnpack" in out and "cm xnnpack" in out and max(map(len, out.splitlines())) <= 80


def test_cold_pinned_runs_say_so(run):
    status, out, _ = run(SINE, "--cold", "--pin", "0", *SHORT, "--json")
    result = valid(json.loads(out))
    assert status == 0 and result["plan"]["mode"] == "cold"
    assert result["conditions"]["after"]["affinity"] == "0" and int(result["conditions"]["after"]["evicted_bytes"]) > 0
    assert result["conditions"]["tuning"] == {"pin": {"value": "0", "refused": None}}
    assert result["conditions"]["during"][0]["round"] == "0"
    memory = result["memory_bytes"]
    for phase in ("import", "steady"):
        assert 0 < memory["anonymous"][phase] + memory["file"][phase] <= memory["phases"][phase]


@pytest.mark.parametrize("cpus", ["x", "3-1", "0,", "-1"])
def test_no_list_of_cpus_is_a_usage_error(run, cpus):
    status, _, err = run(SINE, "--pin", cpus, *SHORT)
    assert status == 2 and "--pin" in err


def test_a_throttled_machine_is_not_trusted_and_its_governor_is_its_own_again(run, tmp_path, monkeypatch):
    root = tmp_path / "system"
    governor = root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    for name, content in {
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_available_governors": "ondemand performance",
        "sys/class/thermal/thermal_zone0/temp": "81500",
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "80008",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content + "\n")
    monkeypatch.setenv("EDGEFLOW_SYSTEM_ROOT", str(root))
    status, out, err = run(SINE, *SHORT, "--governor", "performance", "--require-trusted", "--json")
    result = valid(json.loads(out))
    assert status == 8 and "throttling: temperature limit" in result["reasons"]
    conditions = result["conditions"]
    assert conditions["before"]["governor"] == "ondemand" and conditions["during"][0]["governor"] == "performance"
    assert conditions["before"]["power_supply"] is None and conditions["before"]["load"] is None
    assert conditions["after"]["temperature_mc"] == "cpu-thermal=81500"
    assert governor.read_text().strip() == "ondemand" and "Traceback" not in err
