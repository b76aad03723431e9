"""Building once: cache, sizes, complaints, several builders at a time."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import importlib.util
import itertools
import os
import subprocess
from pathlib import Path

import pytest

from edgeflow.errors import ToolchainError
from edgeflow.firmware import build as building
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import elf_sizes
from edgeflow.firmware.toolchain import Toolchain, find_gcc, find_zig, for_target
from edgeflow.targets.registry import find_target

PROGRAM = "const int table[100] = {1}; int counter = 5; int zeros[50];\nint main(void) { return ANSWER; }\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGEFLOW_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "firmware"


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "answer.h").write_text("#define ANSWER 42\n")
    (tmp_path / "main.c").write_text('#include "answer.h"\n' + PROGRAM)
    (tmp_path / "other.c").write_text("int other(int x) { return x + 1; }\n")
    sources = (Source(tmp_path / "main.c", ("-O1",)), Source(tmp_path / "other.c"))
    return Recipe("program", find_gcc(""), sources, (tmp_path / "include",), ("-std=c99",), ())


def _count_runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    runs: list[list[str]] = []
    run = building._run

    def count(argv: list[str]) -> None:
        runs.append(argv)
        run(argv)

    monkeypatch.setattr(building, "_run", count)
    return runs


def test_an_image_runs_and_its_sizes_are_those_of_the_size_tool(recipe: Recipe) -> None:
    image = build(recipe)
    assert subprocess.run([image.path]).returncode == 42
    told = subprocess.run(["size", image.path], capture_output=True, text=True, check=True).stdout.splitlines()[1]
    assert [image.text_bytes, image.data_bytes, image.bss_bytes] == [int(word) for word in told.split()[:3]]
    assert image.flash_bytes == image.text_bytes + image.data_bytes
    assert image.toolchain.startswith("gcc ") and image.flags == "-std=c99"


def test_the_sizes_of_an_arm_image_are_those_of_the_size_tool(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("#define ANSWER 1\n" + PROGRAM)
    flags = ["-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,-e,main"]
    made = tmp_path / "image"
    subprocess.run(["arm-none-eabi-gcc", *flags, str(tmp_path / "main.c"), "-o", str(made)], check=True)
    told = subprocess.run(["arm-none-eabi-size", made], capture_output=True, text=True, check=True).stdout
    assert list(elf_sizes(made.read_bytes())) == [int(word) for word in told.splitlines()[1].split()[:3]]


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\x7fELF\2\1" + bytes(20), b"MZ" + bytes(100)])
def test_what_is_no_elf_file_has_no_sizes(content: bytes) -> None:
    with pytest.raises(ToolchainError):
        elf_sizes(content)


def test_nothing_is_compiled_twice(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = _count_runs(monkeypatch)
    first = build(recipe)
    assert len(runs) == 3  # two files and the link
    assert build(recipe) == first and len(runs) == 3


@pytest.mark.parametrize("change", ["source", "header", "flags", "file flags", "link flags", "compiler"])
def test_any_change_makes_another_image(recipe: Recipe, change: str) -> None:
    first = build(recipe).path
    match change:
        case "source":
            recipe.sources[1].path.write_text("int other(int x) { return x + 2; }\n")
        case "header":
            (recipe.include[0] / "answer.h").write_text("#define ANSWER 43\n")
        case "flags":
            recipe = dataclasses.replace(recipe, flags=("-std=c99", "-g"))
        case "file flags":
            sources = (dataclasses.replace(recipe.sources[0], flags=("-O2",)), recipe.sources[1])
            recipe = dataclasses.replace(recipe, sources=sources)
        case "link flags":
            recipe = dataclasses.replace(recipe, link_flags=("-s",))
        case "compiler":
            recipe = dataclasses.replace(recipe, toolchain=Toolchain(recipe.toolchain.command, "another"))
    again = build(recipe).path
    assert again != first and again.is_file() and first.is_file()


def test_a_source_that_changes_while_it_is_compiled_is_compiled_again(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, header = building._run, recipe.include[0] / "answer.h"
    edits = iter(["#define ANSWER 43\n"])

    def edited(argv: list[str]) -> None:
        run(argv)
        if (text := next(edits, None)) is not None:
            header.write_text(text)

    monkeypatch.setattr(building, "_run", edited)
    assert subprocess.run([build(recipe).path]).returncode == 43
    header.write_text("#define ANSWER 42\n")
    assert subprocess.run([build(recipe).path]).returncode == 42


def test_sources_that_never_come_to_rest_are_told_and_nothing_is_kept(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    run, counter = building._run, itertools.count(50)

    def edited(argv: list[str]) -> None:
        run(argv)
        (recipe.include[0] / "answer.h").write_text(f"#define ANSWER {next(counter)}\n")

    monkeypatch.setattr(building, "_run", edited)
    with pytest.raises(ToolchainError, match="change while"):
        build(recipe)
    assert not list(cache.rglob("*.elf"))


def test_a_complaint_of_the_compiler_is_told_and_leaves_nothing(recipe: Recipe, cache: Path) -> None:
    recipe.sources[1].path.write_text("int other(int x) { return y; }\n")
    with pytest.raises(ToolchainError, match=r"gcc failed: .*other\.c:1:.*'?y'?") as caught:
        build(recipe)
    assert caught.value.exit_code == 7 and caught.value.hint
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_an_undefined_symbol_is_told_by_name(recipe: Recipe) -> None:
    recipe.sources[0].path.write_text("int missing(void); int main(void) { return missing(); }\n")
    with pytest.raises(ToolchainError, match="missing"):
        build(recipe)


def test_only_the_newest_images_of_a_name_are_kept(
    recipe: Recipe, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_KEPT", 2)
    other = build(dataclasses.replace(recipe, name="program-other"))
    images = []
    for number in range(3):
        images.append(build(dataclasses.replace(recipe, link_flags=(f"-Wl,--defsym=made={number}",))).path)
        os.utime(images[-1], (number, number))
    build(dataclasses.replace(recipe, link_flags=("-Wl,--defsym=made=9",)))
    assert [path.is_file() for path in images] == [False, False, True] and other.path.is_file()


def test_several_builders_at_once_end_with_one_image(recipe: Recipe) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        images = list(pool.map(build, [recipe] * 4))
    assert len(set(images)) == 1 and subprocess.run([images[0].path]).returncode == 42
    assert [path.name for path in images[0].path.parent.iterdir()] == ["program.elf"]


def test_a_cache_that_cannot_be_written_is_said(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDGEFLOW_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(ToolchainError) as caught:
        build(recipe)
    assert "EDGEFLOW_CACHE_DIR" in caught.value.hint


def test_without_gcc_the_package_ziglang_builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("cortex-m0plus", "cortex-m4", "rv32imac", "rv32imc"):
        target = find_target(name)
        found = for_target(target)
        assert found.command[1:4] == ("-m", "ziglang", "cc") and found.freestanding
        assert target.zig_target in found.command and f"-mcpu={target.zig_cpu}" in found.command
        assert found.title.startswith("zig 0.") and not set(target.cflags) & set(found.flags)


def test_gcc_is_chosen_where_it_is_with_the_flags_of_the_target() -> None:
    target = find_target("cortex-m4")
    found = for_target(target)
    assert found.command[0].endswith("arm-none-eabi-gcc") and not found.freestanding
    assert set(target.cflags) <= set(found.flags) and "-specs=nano.specs" in found.link_flags


def test_no_compiler_at_all_is_exit_7_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for target, package in (("cortex-m4", "gcc-arm-none-eabi"), ("rv32imc", "gcc-riscv64-unknown-elf")):
        with pytest.raises(ToolchainError) as caught:
            for_target(find_target(target))
        assert caught.value.exit_code == 7 and package in caught.value.hint and "ziglang" in caught.value.hint
    with pytest.raises(ToolchainError):
        for_target(find_target("raspberry-pi-4"))


def test_a_compiler_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken-gcc"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ToolchainError, match="does not run"):
        find_gcc("broken-")


def test_a_zig_that_misses_a_file_of_its_own_is_run_again(recipe: Recipe, tmp_path: Path) -> None:
    flaky = tmp_path / "flaky"
    flaky.write_text(
        "#!/bin/sh\n"
        f"if mkdir {tmp_path}/once 2>/dev/null; then echo \"error: failed to parse 'tmp/x.o.d'\" >&2; exit 1; fi\n"
        'exec gcc "$@"\n'
    )
    flaky.chmod(0o755)
    image = build(dataclasses.replace(recipe, toolchain=Toolchain((str(flaky),), "flaky")))
    assert subprocess.run([image.path]).returncode == 42


def test_zig_is_found_as_a_package() -> None:
    found = find_zig("aarch64-linux-musl", "cortex_a53")
    assert found.command[1:] == ("-m", "ziglang", "cc", "-target", "aarch64-linux-musl", "-mcpu=cortex_a53")
    assert found.version.startswith("zig 0.")
