"""`bench --benchmark-model` with a program of ours that prints what Google's does, over a real adbd and a real sshd."""

import json
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgeflow.bench.types import result_from_json
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from tests.schemas import check_answer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices run Linux")
HERE = Path(__file__).parent
KWS = HERE.parent / "data/kws_int8.tflite"
ANDROID = {"x86_64": "android-x86-64", "aarch64": "android-arm64"}[platform.machine()]
WORKS, CRASHES, SILENT, FOREIGN, ENDLESS_TALK, HANGS, FAILS = range(7)  # -DMODE of benchmark_model.c
RUNNING = "for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline) in /data/*.tool*--graph*) echo $p;; esac; done"


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """The program in each of its ways, by mode."""
    folder = tmp_path_factory.mktemp("tools")
    for mode in range(7):
        argv = ["gcc", "-O1", "-Wall", "-Werror", f"-DMODE={mode}", "-o", folder / f"tool{mode}"]
        subprocess.run([*argv, HERE / "benchmark_model.c"], check=True, timeout=60)
    return [folder / f"tool{mode}" for mode in range(7)]


@pytest.fixture
def phone(daemon, monkeypatch, tmp_path):
    monkeypatch.setenv("EDGEFLOW_ADB", str(daemon.adb))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    yield ("--device", f"adb://{daemon.serials[0]}", "--target", ANDROID)
    assert running(daemon) == ""


def running(daemon, wanted=False, within_s=20):
    """Processes of such programs on the device, once there are some or none."""
    ends = time.monotonic() + within_s
    while True:
        found = daemon.shell(f"{RUNNING} 2>/dev/null")
        if bool(found) == wanted or time.monotonic() > ends:
            return found
        time.sleep(0.1)


def told(out):
    answer = json.loads(out)
    check_answer(answer)
    result_from_json(answer)
    return answer


def test_its_figures_become_a_result_that_names_their_source(phone, run, tools):
    code, out, err = run(
        "bench", KWS, *phone, "--benchmark-model", tools[WORKS], "--threads", "2", "--profile", "--json"
    )
    assert code == 0, err
    answer = told(out)
    reported = answer["reported"]
    assert (reported["runs"]["median"], reported["runs"]["std"], reported["runs"]["count"]) == (33190, 450, 50)
    assert (reported["warmup"]["p5"], reported["process"], reported["memory_mb"]["peak"]) == (None, "shell", 13.1)
    assert answer["latency_us"] is None and "samples" in answer["unavailable"]["latency_us"]
    assert (answer["init_us"], answer["first_invoke_us"]) == (855, 49060)
    assert answer["runtime"] | {"version": ""} == {
        "name": "benchmark_model", "version": "", "api": None, "kernels": None, "threads": 2, "delegate": "xnnpack",
    }  # fmt: skip
    assert answer["inputs"] == {"source": "tool", "sha256": None} and answer["device"]["os"] == "Android 14"
    assert [(entry["kernel"], entry["us"]) for entry in answer["per_operator"]] == [("CONV_2D", 18), ("SOFTMAX", 6)]
    assert not answer["trusted"] and answer["memory_bytes"]["peak_rss"] is None
    code, out, err = run("bench", KWS, *phone, "--benchmark-model", tools[WORKS])
    assert code == 0 and "33.2 ms" in out and "a shell process" in out and "not to be trusted" in err
    code, out, _ = run("results", "show", answer["run_id"])  # it is kept as every result is
    assert code == 0 and "benchmark_model" in out


@pytest.mark.parametrize(
    ("mode", "status", "said"),
    [
        (CRASHES, 1, "crashed with signal 11"),
        (SILENT, 1, "benchmark_model printed nothing"),
        (FOREIGN, 1, "no latency; its last line: usage: frobnicate"),
        (ENDLESS_TALK, 1, "printed more than 4 MiB"),
        (FAILS, 1, "ended with status 3: INFO: Overall"),
    ],
)
def test_a_tool_that_fails_says_so_in_two_lines(phone, run, tools, mode, status, said):
    code, out, err = run("bench", KWS, *phone, "--benchmark-model", tools[mode])
    assert (code, out) == (status, "") and said in err
    assert len(err.strip().splitlines()) == 2, err


def test_a_tool_that_hangs_is_ended_on_the_device(phone, run, tools):
    options = ("--timeout", "1", "--min-seconds", "0")
    code, _, err = run("bench", KWS, *phone, "--benchmark-model", tools[HANGS], *options)
    assert code == 1 and "did not end within 2 s" in err and len(err.strip().splitlines()) == 2


def test_it_holds_the_device_and_ends_with_the_host(phone, run, tools, daemon):
    argv = [sys.executable, "-m", "edgeflow", "bench", KWS, *phone, "--benchmark-model", tools[HANGS]]
    host = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        assert running(daemon, wanted=True, within_s=60)
        code, _, err = run("bench", KWS, *phone, "--benchmark-model", tools[WORKS])
        assert code == 6 and "is in use by" in err
    finally:
        host.kill()  # which says no goodbye
        host.wait()
    assert running(daemon) == ""
    assert run("bench", KWS, *phone, "--benchmark-model", tools[WORKS])[0] == 0


def test_a_wrong_file_or_option_is_refused_before_anything_is_sent(phone, run, tools, tmp_path):
    foreign = bytearray(tools[WORKS].read_bytes())
    foreign[18:20] = (243).to_bytes(2, "little")
    (tmp_path / "riscv").write_bytes(foreign)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "script").write_text("#!/no/such/shell\n")
    for tool, options, said in (
        (tmp_path / "riscv", (), "is for RISC-V"),
        (tmp_path / "text", (), "no program for Linux or Android"),
        (tmp_path / "script", (), "cannot be started there"),
        (tmp_path / "none", (), "No such file"),
        (tools[WORKS], ("--cold", "--rate", "3"), "does not take rate_hz, cold"),
        (tools[WORKS], ("--delegate", "reference"), "no delegate 'reference'"),
    ):
        code, _, err = run("bench", KWS, *phone, "--benchmark-model", tool, *options)
        assert code == 2 and said in err and len(err.strip().splitlines()) == 2, err


def test_over_ssh_and_here_it_is_the_same_and_names_are_no_shell_text(ssh_device, run, tools, tmp_path):
    odd = tmp_path / "$(touch pwned) ;'\"tool"
    odd.write_bytes(tools[WORKS].read_bytes())
    base = tmp_path / "base with $(touch pwned) 'quote"
    run("devices", "add", "pi", ssh_device.address, "--base", base, "--no-probe")
    for where in (("--device", "pi"), ("--device", "local:")):
        code, out, err = run("bench", KWS, *where, "--benchmark-model", odd, "--json")
        assert code == 0, err
        assert told(out)["reported"]["runs"]["median"] == 33190
    assert not [*tmp_path.rglob("pwned")] and not (Path.cwd() / "pwned").exists()
    with connect(find_device("pi")) as session:  # the lock is free again, and of the agent's form
        assert session.hello.base == str(base)
