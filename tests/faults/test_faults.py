"""Whatever happens, a device runs its old model or the new one: a few faults here, a sample by the marker `faults`.

`make test-faults-sample` runs the sample, `make test-faults` all of them.
"""

import contextlib
import json
import os

import pytest

from tests.adbd import unavailable_reason
from tests.faults import record
from tests.faults.matrix import COUNT, KINDS, SEED, fault
from tests.faults.rigs import open_rig

SAMPLE = 40
# that of an emulated arm64 board is in tests/vm; one of a kind belongs to every test run
TRANSPORTS = {
    "adb": KINDS["adb"][0],
    "ssh": "line cut",
    "local": "agent killed",
    "serial": "runner killed",
}
HALVES = 2  # of a transport's sample: what one test process runs on one rig, so that two share the work


def _cases():
    for transport, kind in TRANSPORTS.items():
        number = next(number for number in range(SAMPLE, COUNT) if fault(transport, number).kind == kind)
        yield pytest.param(transport, number, id=f"{transport}-{number}-seed{SEED}")
    for half in range(HALVES):
        for transport in TRANSPORTS:
            for number in range(half, SAMPLE, HALVES):
                marks = (pytest.mark.faults, pytest.mark.xdist_group(f"faults-{transport}-{half}"))
                yield pytest.param(transport, number, id=f"{transport}-{number}-seed{SEED}", marks=marks)


@pytest.fixture(scope="module")
def rigs(tmp_path_factory, sshd):
    made = {}
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        for name in ("CONFIG", "STATE"):
            patch.setenv(f"EDGEFLOW_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
        patch.delenv("SSH_AUTH_SOCK", raising=False)

        def rig(transport):
            if transport == "adb" and (reason := unavailable_reason()):
                pytest.skip(reason)
            if transport not in made:
                made[transport] = open_rig(transport, tmp_path_factory.mktemp(transport), stack, server=sshd)
            return made[transport]

        yield rig


@pytest.mark.timeout(900)  # the first of a transport builds its runner
@pytest.mark.parametrize(("transport", "number"), [*_cases()])
def test_after_any_fault_the_old_model_or_the_new_one_answers(rigs, transport, number):
    drawn = fault(transport, number)
    if "disk" in drawn.kind and os.getuid() != 0:
        drawn = fault(transport, number + 2)  # a disk of its own needs root: the next kinds but one take their place
    print(drawn)
    assert rigs(transport).run(drawn).fault is drawn


def test_every_kind_is_in_the_sample():
    for transport in TRANSPORTS:
        assert {fault(transport, number).kind for number in range(SAMPLE)} == set(KINDS[transport])


def test_the_matrix_is_the_same_for_the_same_seed_and_another_for_another():
    for transport in KINDS:
        first = [fault(transport, number) for number in range(COUNT)]
        assert first == [fault(transport, number) for number in range(COUNT)]
        assert first != [fault(transport, number, seed=SEED + 1) for number in range(COUNT)]


def test_what_a_fault_is_about_is_all_there():
    for transport in KINDS:
        for name in (*record._EVERYWHERE, *record._ABOUT[transport]):
            assert (record.ROOT / name).exists(), f"{transport}: {name}"


def _line(**more):
    line = {"number": 0, "kind": "agent killed", "fault": "ssh 0", "commit": "a" * 40, "dirty": False, "load": 1.0}
    line |= {"struck": True, "deployed": "deployed", "active": "new", "s": 2.0, "failed": None, "ended": 1e9}
    return line | more


@pytest.mark.parametrize(
    ("lines", "lost", "words"),
    [
        ([_line(dirty=True)], 0, "not committed"),
        ([_line(), _line(commit="b" * 40)], 0, "several commits"),
        ([_line(commit="")], 0, "no commit"),
        ([_line()], 3, "3 faults were not run"),
    ],
)
def test_figures_that_prove_nothing_are_not_written(tmp_path, monkeypatch, lines, lost, words):
    (tmp_path / "hardware/results").mkdir(parents=True)
    monkeypatch.setattr(record, "ROOT", tmp_path)
    assert words in record.refusal({"ssh": lines}, lost)


def test_figures_of_one_commit_are_written_with_their_conditions(tmp_path, monkeypatch):
    (tmp_path / "hardware/results").mkdir(parents=True)
    monkeypatch.setattr(record, "ROOT", tmp_path)
    for transport, commit in (("ssh", "a" * 40), ("local", "b" * 40)):
        lines = [_line(commit=commit), _line(commit=commit, number=1, s=4.0, deployed="LinkError", active="old")]
        tables = {transport: lines}
        assert record.refusal(tables, 0) is None
        told = json.loads(record.write_results(SEED, tables).read_text())
    assert told["machine"]["cores"] and told["seed"] == SEED
    # the second beside the first, each with its own commit
    assert (told["ssh"]["commit"], told["local"]["commit"]) == ("a" * 40, "b" * 40)
    assert told["ssh"]["s"] == {"min": 2.0, "median": 3.0, "max": 4.0, "sum": 6.0}
    assert told["ssh"]["kinds"]["agent killed"]["active_afterwards"] == {"new": 1, "old": 1}
