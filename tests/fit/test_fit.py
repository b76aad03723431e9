"""The verdict: every limit alone and all together, what is missing, what is only a warning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.fit import fit as fit_module
from edgeflow.fit.arena import plan_arena
from edgeflow.fit.fit import entries, fit
from edgeflow.fit.footprint import Footprint
from edgeflow.fit.microcontroller import has_fpu
from edgeflow.model.read import load_model
from edgeflow.model.types import Model, Operator, Subgraph, Tensor
from edgeflow.targets.registry import find_board, find_target, load_boards, load_targets

DATA = Path(__file__).parents[1] / "data"
KWS = load_model(DATA / "kws_int8.tflite")
KWS_FLOAT = load_model(DATA / "kws_float32.tflite")
M4 = find_target("cortex-m4")
ZERO = find_board("raspberry-pi-zero-2w")


def model(*operators: Operator, size: int = 16, free: bool = False, dtype: str = "INT8") -> Model:
    """A model of the given operators, each from tensor 0 to tensor 1."""
    signature = (-1,) if free else (size,)
    tensors = tuple(Tensor(i, f"t{i}", dtype, (size,), signature, None, 0, False, size) for i in range(2))
    return Model(
        Path("made.tflite"), "made", "", bytes(100), "", (Subgraph(0, "main", tensors, operators, (0,), (1,)),), (), ()
    )


def node(name: str, code: int, *, version: int = 1, custom: bool = False, index: int = 0) -> Operator:
    return Operator(index, name, code, custom, version, (0,), (1,), 0, 0)


ADD = node("ADD", 0)
FLEX = node("FlexErf", 32, custom=True)
OWN = node("MyFilter", 32, custom=True)
DETECTION = node("TFLite_Detection_PostProcess", 32, custom=True)
NEW = node("ADD", 0, version=99)
UNKNOWN = node("BUILTIN_4000", 4000)


def test_a_small_int8_model_fits_a_board():
    found = fit(KWS, M4, find_board("nucleo-f446re"))
    assert found.fits is True
    assert found.reasons == ()
    assert found.ram_bytes == 128 * 1024
    assert found.flash_bytes == 512 * 1024
    assert found.flash_needed_bytes is not None
    assert found.flash_needed_bytes >= KWS.size
    assert found.arena is not None
    assert found.ram_needed_bytes is not None
    assert found.ram_needed_bytes >= found.arena.total_bytes > 0


def test_all_reasons_stand_at_once():
    with_flex = replace(KWS, subgraphs=(replace(KWS.main, operators=(*KWS.main.operators, FLEX)),))
    found = fit(with_flex, M4, ram_bytes=100, flash_bytes=200)
    assert found.fits is False
    assert len(found.reasons) == 3
    text = "\n".join(found.reasons)
    assert "FlexErf" in text
    assert "RAM" in text
    assert "flash" in text
    assert found.unsupported_operators == ("FlexErf",)


@pytest.mark.parametrize(
    ("ram", "flash", "missing"),
    [(None, None, ["RAM", "flash"]), (2**20, None, ["flash"]), (None, 2**20, ["RAM"])],
)
def test_a_bare_target_needs_its_memory_named(ram: int | None, flash: int | None, missing: list[str]):
    found = fit(KWS, M4, ram_bytes=ram, flash_bytes=flash)
    assert found.fits is None
    assert [reason.split()[0] for reason in found.reasons] == missing
    assert all(f"--{name.lower()}" in reason for name, reason in zip(missing, found.reasons, strict=True))
    assert fit(KWS, M4, ram_bytes=2**20, flash_bytes=2**20).fits is True


def test_what_certainly_fails_fails_even_with_facts_missing():
    assert fit(KWS, M4, ram_bytes=1000).fits is False
    assert fit(model(UNKNOWN), M4).fits is False


def test_a_board_without_known_flash_asks_for_it():
    board = find_board("esp32-s3")
    found = fit(KWS, find_target(board.target), board)
    assert found.fits is None
    assert any("--flash" in reason for reason in found.reasons)
    assert any("no toolchain" in warning for warning in found.warnings)
    assert fit(KWS, find_target(board.target), board, flash_bytes=8 * 2**20).fits is True


def test_the_limits_are_exact_to_the_byte():
    needed = fit(KWS, M4, ram_bytes=2**30, flash_bytes=2**30)
    ram, flash = needed.ram_needed_bytes, needed.flash_needed_bytes
    assert ram is not None
    assert flash is not None
    assert fit(KWS, M4, ram_bytes=ram, flash_bytes=flash).fits is True
    assert fit(KWS, M4, ram_bytes=ram - 1, flash_bytes=flash).fits is False
    assert fit(KWS, M4, ram_bytes=ram, flash_bytes=flash - 1).fits is False


def test_the_arena_is_the_runtimes_own_where_it_has_all_kernels():
    for stem in ("kws", "resnet8", "ad01", "vww"):
        read = load_model(DATA / f"{stem}_int8.tflite")
        assert fit(read, M4).arena == plan_arena(read)
        assert plan_arena(read).exact
        assert not any("estimate" in warning for warning in fit(read, M4).warnings)


def test_of_several_signatures_the_hungriest_counts_and_each_must_run():
    two = load_model(DATA / "two_signatures_float32.tflite")
    assert entries(two) == (0, 1)
    arena = fit(two, M4).arena
    assert arena is not None
    assert arena.total_bytes == max(plan_arena(two, subgraph=entry).total_bytes for entry in (0, 1))
    second = replace(two.subgraphs[1], operators=(*two.subgraphs[1].operators, replace(FLEX, index=1)))
    found = fit(replace(two, subgraphs=(two.subgraphs[0], second)), M4)
    assert found.fits is False
    assert "(operator 1/1)" in found.reasons[0]


def test_operators_refused_for_one_cause_stand_in_one_reason():
    many = tuple(replace(UNKNOWN, index=index) for index in range(40))
    reasons = [r for r in fit(model(*many, ADD), M4).reasons if "BUILTIN_4000" in r]
    assert len(reasons) == 1
    assert "(40 operators: 0, 1, 2, 3, 4, 5, …)" in reasons[0]


def test_the_arena_is_one_piece_so_only_the_first_region_counts():
    board = find_board("nucleo-h743zi")
    big = load_model(DATA / "resnet8_float32.tflite")
    target = find_target(board.target)
    needed = fit(big, target, board).ram_needed_bytes
    assert needed is not None
    first = replace(board.ram[0], bytes=needed - 1)
    split = replace(board, ram=(first, *board.ram[1:]))
    assert split.ram_bytes > needed
    found = fit(big, target, split)
    assert found.fits is False
    assert "axi-sram" in found.reasons[0]


def test_a_budget_takes_the_place_of_the_boards_memory():
    board = find_board("nucleo-f446re")
    assert fit(KWS, M4, board, ram_bytes=1024).fits is False
    assert fit(KWS, M4, board, ram_bytes=1024).ram_bytes == 1024


def test_float_models_on_cores_without_an_fpu_are_warned_about():
    pico = find_board("pico")
    assert any("software" in w for w in fit(KWS_FLOAT, find_target("cortex-m0plus"), pico).warnings)
    assert not any("software" in w for w in fit(KWS, find_target("cortex-m0plus"), pico).warnings)
    assert not any("software" in w for w in fit(KWS_FLOAT, M4, find_board("nucleo-f446re")).warnings)


def test_the_fpu_of_each_microcontroller_is_read_from_its_architecture():
    with_fpu = {t.name for t in load_targets().values() if t.family == "microcontroller" and has_fpu(t.arch)}
    assert with_fpu == {"cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "xtensa-lx7"}
    for target in load_targets().values():
        if any(flag.startswith("-mfloat-abi=") for flag in target.cflags) and target.family == "microcontroller":
            assert has_fpu(target.arch) == ("-mfloat-abi=hard" in target.cflags), target.name


def test_a_measured_runtime_counts_and_an_unmeasured_one_is_said(monkeypatch: pytest.MonkeyPatch):
    measured = {"cortex-m4": Footprint(50_000, 3_000, "2026-01-01", "a build")}
    monkeypatch.setattr(fit_module, "load_footprints", lambda: measured)
    monkeypatch.setattr(fit_module, "load_kernel_texts", dict)
    found = fit(KWS, M4, ram_bytes=2**20, flash_bytes=2**20)
    assert found.arena is not None
    assert found.flash_needed_bytes == KWS.size + 50_000
    assert found.ram_needed_bytes == found.arena.total_bytes + 3_000
    assert not any("not measured" in warning for warning in found.warnings)
    measured["cortex-m4"] = replace(measured["cortex-m4"], ram_bytes=None)
    found = fit(KWS, M4, ram_bytes=2**20, flash_bytes=2**20)
    assert found.arena is not None
    assert found.ram_needed_bytes == found.arena.total_bytes
    assert any("data and stack are not measured" in warning for warning in found.warnings)
    monkeypatch.setattr(fit_module, "load_footprints", lambda: {})
    found = fit(KWS, M4, ram_bytes=2**20, flash_bytes=2**20)
    assert found.flash_needed_bytes == KWS.size
    assert any("not measured" in warning for warning in found.warnings)


@pytest.mark.parametrize("target", ["linux-arm64", "raspberry-pi-armv7", "android-arm64"])
@pytest.mark.parametrize(
    ("operators", "fits", "says"),
    [
        ([ADD], True, ""),
        ([DETECTION], True, ""),
        ([OWN], False, "MyFilter: a custom operator"),
        ([NEW], False, "ADD version 99 (it has"),
        ([UNKNOWN], False, "BUILTIN_4000: no kernel"),
    ],
)
def test_interpreters_are_judged_by_their_operators(target: str, operators: list[Operator], fits: bool, says: str):
    found = fit(model(*operators), find_target(target))
    assert found.fits is fits
    assert len(found.reasons) == (0 if fits else 1)
    assert says in "".join(found.reasons)
    assert found.unsupported_operators == (() if fits else (operators[0].name,))
    assert found.flash_needed_bytes is None


@pytest.mark.parametrize("target", ["linux-arm64", "raspberry-pi-armv7", "cortex-m4", "rv32imc"])
def test_select_tf_operators_are_refused_with_the_reason(target: str):
    found = fit(model(FLEX, ADD, FLEX), find_target(target))
    assert found.fits is False and "FlexErf" in found.unsupported_operators
    assert any(reason.startswith("FlexErf") and "Flex delegate" in reason for reason in found.reasons)


@pytest.mark.parametrize("target", ["android-arm64", "android-arm32", "android-x86-64"])
def test_select_tf_operators_run_in_android_apps_that_carry_them(target: str):
    found = fit(model(FLEX, ADD, FLEX), find_target(target))
    assert found.fits is True and not found.reasons and not found.unsupported_operators
    (said,) = [warning for warning in found.warnings if warning.startswith("FlexErf ×2")]
    assert "org.tensorflow:tensorflow-lite-select-tf-ops" in said
    assert "Google Play services does not have" in said
    assert not any("Flex" in warning for warning in fit(model(ADD), find_target(target)).warnings)


@pytest.mark.parametrize(
    ("target", "way"),
    [
        ("linux-arm64", "--custom-ops"),
        ("raspberry-pi-armv7", "it cannot be given one"),
        ("android-arm64", "in the app's C++ code"),
        ("cortex-m4", "the application's kernel"),
    ],
)
def test_a_custom_operator_comes_with_what_to_do(target: str, way: str):
    found = fit(model(OWN), find_target(target))
    assert found.fits is False and "MyFilter" in found.reasons[0] and way in found.reasons[0]


def test_an_operator_too_new_for_the_old_interpreter_only_fits_the_new_one():
    newer = model(node("FULLY_CONNECTED", 9, version=12))
    assert fit(newer, find_target("raspberry-pi-4")).fits is True
    found = fit(newer, find_target("raspberry-pi-armv7"))
    assert found.fits is False
    assert found.reasons == ("FULLY_CONNECTED version 12 (it has 10): newer than tflite-runtime 2.14.0",)


def test_a_tensor_type_beyond_the_schema_is_refused():
    assert "TYPE_77" in fit(model(ADD, dtype="TYPE_77"), find_target("linux-arm64")).reasons[0]


def test_memory_limits_hold_on_linux_where_the_memory_is_known():
    target = find_target(ZERO.target)
    assert fit(model(ADD), target, ZERO).fits is True
    half = fit(model(ADD, size=200 * 2**20), target, ZERO)
    assert half.fits is True
    assert any("% of the memory" in warning for warning in half.warnings)
    assert fit(model(ADD, size=600 * 2**20), target, ZERO).fits is False
    assert fit(model(ADD, size=600 * 2**20), target).fits is True


def test_a_32_bit_process_has_its_own_limit():
    large = model(ADD, size=3 * 2**30)
    assert "32-bit" in fit(large, find_target("raspberry-pi-armv7")).reasons[0]
    assert "32-bit" in fit(large, find_target("android-arm32")).reasons[0]
    assert fit(large, find_target("linux-x86-64")).fits is True


def test_free_sizes_are_said():
    assert any("free sizes" in w for w in fit(model(ADD, free=True), find_target("linux-arm64")).warnings)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.tflite")), ids=lambda path: path.stem)
def test_every_model_gets_a_verdict_on_every_target_and_board(path: Path):
    read = load_model(path)
    targets = load_targets()
    for target in targets.values():
        found = fit(read, target)
        assert found.fits is not (None if target.family != "microcontroller" else True)
        assert bool(found.reasons) == (found.fits is not True)
    for board in load_boards().values():
        found = fit(read, targets[board.target], board)
        assert (found.target, found.board) == (board.target, board.name)
        assert bool(found.reasons) == (found.fits is not True)
