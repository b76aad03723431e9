"""Estimated cycles: the tables of the cores, on programs small enough to count by hand."""

from __future__ import annotations

import pytest

from edgeflow.errors import TargetError, ToolchainError
from edgeflow.firmware.cycles import cycles_source, estimate_cycles, estimated_targets
from edgeflow.firmware.executed import Instruction, Listing, read_counts


def listing(*lines: str) -> Listing:
    """`name operands` one after the other from address 0, four bytes each."""
    parts = [line.partition(" ") for line in lines]
    return Listing({4 * i: Instruction(4, name, rest, "f") for i, (name, _, rest) in enumerate(parts)}, {"f": 0})


@pytest.mark.parametrize(
    ("line", "cycles"),
    [
        ("add.w r0, r1, r2", 1),
        ("smlad r0, r1, r2, r3", 1),
        ("ldr.w r0, [r1]", 2),
        ("ldrd r0, r1, [r2]", 3),
        ("ldmia.w r0, {r1, r2, r4-r7}", 7),
        ("pop {r4, pc}", 5),
        ("str r0, [r1, #4]", 1),
        ("str.w r0, [r1], #4", 1),
        ("strb.w r0, [r1, r2]", 2),
        ("sdiv r0, r1, r2", 7),
        ("bl 8000 <g>", 3),
        ("vpush {d8-d9}", 5),
        ("vdiv.f32 s0, s1, s2", 14),
    ],
)
def test_an_instruction_of_the_cortex_m4_takes_the_cycles_of_its_manual(line: str, cycles: int) -> None:
    assert estimate_cycles("cortex-m4", listing(line), {0: 1}) == cycles
    assert estimate_cycles("cortex-m4", listing(line), {0: 7}) == 7 * cycles


def test_loads_behind_loads_are_pipelined_on_the_cortex_m4() -> None:
    program = listing("ldr r0, [r1]", "ldrsb.w r2, [r1, #4]", "ldr r3, [r4]")
    assert estimate_cycles("cortex-m4", program, {0: 1, 4: 1, 8: 1}) == 2 + 1 + 1


def test_a_loops_branch_is_taken_but_for_the_last_time() -> None:
    program = listing("subs r0, #1", "bne.n 0 <f>", "bx lr")
    assert estimate_cycles("cortex-m4", program, {0: 10, 4: 10, 8: 1}) == 10 + (9 * 3 + 1) + 3


def test_loads_and_multiplications_overlap_on_the_cortex_m55_and_two_of_a_kind_do_not() -> None:
    beside = listing("vldrb.8 q0, [r0]", "vmladav.s8 r4, q1, q2")
    behind = listing("vmladav.s8 r4, q1, q2", "vmladav.s8 r6, q1, q3")
    assert estimate_cycles("cortex-m55", beside, {0: 1, 4: 1}) == 2
    assert estimate_cycles("cortex-m55", behind, {0: 1, 4: 1}) == 4


def test_a_gather_takes_a_cycle_an_element_and_a_loop_end_none_more() -> None:
    gather = listing("vldrh.u16 q0, [r0, q1]", "le lr, 0 <f>")
    assert estimate_cycles("cortex-m55", gather, {0: 100, 4: 100}) == 800
    assert estimate_cycles("cortex-m55", listing("add r0, r1"), {0: 5}) == 5
    assert estimate_cycles("cortex-m55", listing("nop", "bne.n 0 <f>"), {0: 5, 4: 5}) == 15


def test_every_estimate_says_that_it_is_one_and_other_cores_have_none() -> None:
    assert estimated_targets() == ("cortex-m4", "cortex-m7", "cortex-m55")
    for target in estimated_targets():
        assert cycles_source(target).startswith("estimate")
    with pytest.raises(TargetError, match="cortex-m0plus cannot be estimated"):
        estimate_cycles("cortex-m0plus", listing("nop"), {0: 1})


def test_counts_are_read_by_part_and_none_at_all_is_a_failure(tmp_path) -> None:
    path = tmp_path / "counts.txt"
    path.write_text("part 0 1\n10 3\npart 1a 2\n1a 5\n1c 5\n")
    first, second = read_counts(path)
    assert (first.mark, first.times, dict(first.counts)) == (0, 1, {0x10: 3})
    assert (second.mark, second.times, second.instructions) == (0x1A, 2, 10)
    path.write_text("")
    with pytest.raises(ToolchainError, match="nothing was counted"):
        read_counts(path)
