"""A sample of the faults of an emulated arm64 Debian; `python -m tests.faults.run --transport vm` runs all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from edgeflow.device.book import find_device
from edgeflow.device.emulator import linux_machine
from tests.faults.matrix import KINDS, SEED, fault
from tests.faults.vm import VmRig
from tests.vm.conftest import ADDRESS, Board

pytestmark = [pytest.mark.vm, pytest.mark.timeout(1800)]
SAMPLE = range(8)


@pytest.fixture(scope="module")
def rig(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VmRig]:
    """A board of its own, on a copy of the disk of the others' where that has an interpreter already."""
    board.off()
    disk = linux_machine(find_device(ADDRESS))[1].overlay if board.provisioned else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
        with closing(VmRig(tmp_path_factory.mktemp("reference"), disk=disk)) as rig:
            yield rig


@pytest.mark.parametrize("number", SAMPLE, ids=[f"{number}-seed{SEED}" for number in SAMPLE])
def test_after_any_fault_the_old_model_or_the_new_one_answers(rig: VmRig, number: int) -> None:
    drawn = fault("vm", number)
    print(drawn)
    outcome = rig.run(drawn)
    assert outcome.active in ("old", "new")


def test_the_sample_pulls_the_cable_cuts_the_power_and_fills_the_disk() -> None:
    assert (
        tuple(fault("vm", number).kind for number in SAMPLE)
        == KINDS["vm"][: len(SAMPLE)]
        == (
            "cable pulled",
            "hang",
            "power cut",
            "emulator ended",
            "agent killed",
            "disk full",
            "clock jump",
            "host interrupted",
        )
    )
