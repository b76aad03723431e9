"""What of a linked image each symbol needs is what the linker would keep for it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from edgeflow.errors import ToolchainError
from edgeflow.firmware.reachable import Reachable, reachable

SOURCE = """
    static const char text[] = "only the second needs this text";
    static int shared(int x) { return x * 3; }
    int first(int x); int second(int x); int third(void); int main(void);
    __attribute__((noinline)) static int deep(int x) { volatile int y = x; return shared(y) / 7; }
    int first(int x) { return deep(x); }
    int second(int x) { return deep(x) + text[x]; }
    __attribute__((noinline)) int third(void) { volatile int y = 5; return y; }
    int (*const table[])(int) = { first, second };
    int main(void) { volatile int i = 1; return table[i](2) + third(); }
"""
COMPILERS = {
    "arm-none-eabi-gcc": ("-mcpu=cortex-m3", "-mthumb", "--specs=nosys.specs"),
    "riscv64-unknown-elf-gcc": ("-march=rv32imac", "-mabi=ilp32"),
}


@pytest.fixture(params=[name for name in COMPILERS if shutil.which(name)] or ["arm-none-eabi-gcc"])
def linked(request: pytest.FixtureRequest, tmp_path: Path) -> Reachable:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    source, image = tmp_path / "program.c", tmp_path / "program.elf"
    source.write_text(SOURCE)
    flags = [*COMPILERS[request.param], "-O1", "-ffunction-sections", "-fdata-sections", "-nostdlib", "-Wl,-e,main"]
    flags += ["-fno-toplevel-reorder", "-Wl,--gc-sections", "-Wl,--emit-relocs"]
    subprocess.run([request.param, *flags, str(source), "-o", str(image)], check=True, timeout=60)
    return reachable(image.read_bytes())


def names(linked: Reachable, pieces: frozenset[int]) -> set[str]:
    return {name for name, at in linked.names.items() if at in pieces}


def test_a_symbol_needs_what_it_refers_to_and_nothing_else(linked: Reachable) -> None:
    at = linked.names
    assert {"first", "deep"} <= names(linked, linked.of([at["first"]]))
    assert not {"text", "second", "third", "main", "table"} & names(linked, linked.of([at["first"]]))
    second = linked.of([at["second"]])
    assert "deep" in names(linked, second)
    assert sum(linked.sizes[piece] for piece in second) > 32  # the text counts
    assert {"table", "first", "second", "third"} <= names(linked, linked.of([at["main"]]))
    cut = names(linked, linked.of([at["main"]], frozenset([at["table"]])))
    assert "table" in cut
    assert not {"first", "second"} & cut


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x02\x01" + bytes(60), b"MZ" + bytes(100)])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(ToolchainError):
        reachable(content)
