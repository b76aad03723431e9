"""A sample of the faults: whatever happens, a device runs its old model or the new one. `make test-faults` runs all."""

import contextlib
import os

import pytest

from tests.adbd import adbd, unavailable_reason
from tests.faults.android import AndroidRig
from tests.faults.matrix import KINDS, SEED, fault
from tests.faults.rig import Rig

SAMPLE = {"ssh": 17, "local": 14, "adb": 10}
CASES = [(transport, number) for transport, count in SAMPLE.items() for number in range(count)]


@pytest.fixture(scope="module")
def rigs(tmp_path_factory, sshd):
    made = {}
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        for name in ("CONFIG", "STATE"):
            patch.setenv(f"EDGEFLOW_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
        patch.delenv("SSH_AUTH_SOCK", raising=False)

        def rig(transport):
            if transport == "adb" and transport not in made:
                if reason := unavailable_reason():
                    pytest.skip(reason)
                daemon = stack.enter_context(adbd(tmp_path_factory.mktemp("adbd")))
                made[transport] = AndroidRig(tmp_path_factory.mktemp(transport), daemon)
            if transport not in made:
                made[transport] = Rig(
                    transport, tmp_path_factory.mktemp(transport), sshd if transport == "ssh" else None
                )
            return made[transport]

        yield rig
        for each in reversed(made.values()):  # each puts back what it found
            each.close()


@pytest.mark.parametrize(("transport", "number"), CASES, ids=[f"{t}-{n}-seed{SEED}" for t, n in CASES])
def test_after_any_fault_the_old_model_or_the_new_one_answers(rigs, transport, number):
    drawn = fault(transport, number)
    if "disk" in drawn.kind and os.getuid() != 0:
        drawn = fault(transport, number + 2)  # a disk of its own needs root: the next kinds but one take their place
    print(drawn)
    outcome = rigs(transport).run(drawn)
    assert outcome.active in ("old", "new")


def test_every_kind_is_in_the_sample():
    for transport, count in SAMPLE.items():
        assert {fault(transport, number).kind for number in range(count)} == set(KINDS[transport])


def test_the_matrix_is_the_same_for_the_same_seed_and_another_for_another():
    first = [fault("ssh", number) for number in range(50)]
    assert first == [fault("ssh", number) for number in range(50)]
    assert first != [fault("ssh", number, seed=SEED + 1) for number in range(50)]
