"""Images read and written: against objcopy, intelhex and esptool, and against damage."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path

import intelhex
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import ToolchainError
from edgeflow.firmware.segments import Segment, parse_image, read_image, write_bin, write_hex, write_uf2

_SOURCE = """
__attribute__((section(".vectors"))) const int vectors[4] = {1, 2, 3, 4};
const char text[333] = "in flash";
int data[7] = {7, 6, 5};
int zero[9];
int _start(void) { return data[0] + zero[1] + text[2] + vectors[1]; }
"""
_SCRIPT = """
MEMORY { flash : ORIGIN = 0x0800FFC0, LENGTH = 256K  ram : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
  .vectors : { KEEP(*(.vectors)) } > flash
  .text 0x08010200 : { *(.text*) *(.rodata*) } > flash
  .data : { *(.data*) } > ram AT > flash
  .bss : { *(.bss*) } > ram
}
"""


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small image with a gap, across a boundary of 64 KiB, and with data that runs elsewhere than it lies."""
    folder = tmp_path_factory.mktemp("elf")
    (folder / "image.c").write_text(_SOURCE)
    (folder / "image.ld").write_text(_SCRIPT)
    gcc = [
        "arm-none-eabi-gcc",
        "-mcpu=cortex-m4",
        "-mthumb",
        "-nostdlib",
        "-Wl,--no-warn-rwx-segments",
        "-T",
        "image.ld",
    ]
    subprocess.run([*gcc, "image.c", "-o", "image.elf"], cwd=folder, check=True, timeout=60)
    for form in ("binary", "ihex"):
        copy = ["arm-none-eabi-objcopy", "-O", form, "--gap-fill", "0xff", "image.elf", f"image.{form}"]
        subprocess.run(copy, cwd=folder, check=True, timeout=60)
    return folder / "image.elf"


def test_an_elf_gives_the_bytes_that_objcopy_gives(elf: Path) -> None:
    found = read_image(elf)
    assert (found.format, found.architecture) == ("elf", "arm")
    assert write_bin(found.segments) == elf.with_suffix(".binary").read_bytes()
    theirs = read_image(elf.with_suffix(".ihex"))
    assert theirs.format == "hex" and write_bin(theirs.segments) == write_bin(found.segments)
    assert theirs.segments[0].address == found.segments[0].address == 0x0800FFC0


def test_intel_hex_is_read_by_intelhex_as_what_was_written(elf: Path) -> None:
    segments = read_image(elf).segments
    theirs = intelhex.IntelHex()
    theirs.loadhex(io.StringIO(write_hex(segments).decode("ascii")))
    want = {s.address + at: byte for s in segments for at, byte in enumerate(s.data)}
    assert {address: theirs[address] for address in theirs.addresses()} == want


def test_uf2_is_byte_for_byte_what_esptool_makes(elf: Path, tmp_path: Path) -> None:
    plain = elf.with_suffix(".binary")
    command = [sys.executable, "-m", "esptool", "--chip", "esp32s3", "merge-bin", "--format", "uf2", "--md5-disable"]
    command += ["--chunk-size", "256", "-o", str(tmp_path / "theirs.uf2"), "0x10000", str(plain)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    theirs = (tmp_path / "theirs.uf2").read_bytes()
    content = plain.read_bytes()
    padded = content + bytes(-len(content) % 256)  # esptool fills its last block with zeros
    ours = write_uf2((Segment(0x10000, padded),), 0xC47E5767)
    blocks = list(zip(*(struct.iter_unpack("<8I476sI", image) for image in (ours, theirs)), strict=True))
    assert blocks and [ours for ours, _ in blocks[:-1]] == [theirs for _, theirs in blocks[:-1]]
    last, esptool_s = blocks[-1]
    assert last[:4] == esptool_s[:4] and last[5:8] == esptool_s[5:8] and last[9] == esptool_s[9]
    assert last[8][: esptool_s[4]] == esptool_s[8][: esptool_s[4]]  # it states the last block's own size
    assert parse_image(theirs).families == (0xC47E5767,)
    assert write_bin(parse_image(theirs).segments)[: len(content)] == content


@given(
    st.dictionaries(st.integers(0, 2000), st.binary(min_size=1, max_size=300), min_size=1, max_size=4),
    st.integers(0, 0xFFFF_0000 // 1024),
)
def test_what_is_written_reads_back(parts: dict[int, bytes], where: int) -> None:
    segments, end = [], 0
    for offset, data in sorted(parts.items()):
        if offset >= end:
            segments.append(Segment(where * 1024 + offset, data))
            end = offset + len(data)
    whole = write_bin(tuple(segments))
    again = parse_image(write_hex(tuple(segments)))
    assert write_bin(again.segments) == whole and again.segments[0].address == segments[0].address
    uf2 = parse_image(write_uf2(tuple(segments), 0xE48BFF56))
    assert uf2.families == (0xE48BFF56,) and all(s.address % 256 == 0 == len(s.data) % 256 for s in uf2.segments)
    skip = segments[0].address - uf2.segments[0].address
    assert write_bin(uf2.segments)[skip : skip + len(whole)] == whole


@given(st.data())
def test_damage_is_an_error_and_never_anything_else(data: st.DataObject) -> None:
    segments = (Segment(0x10000000, bytes(range(256)) * 3),)
    whole = data.draw(st.sampled_from([write_hex(segments), write_uf2(segments, 1), _tiny_elf()]))
    broken = bytearray(whole[: data.draw(st.integers(1, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse_image(bytes(broken))
    except (ValueError, struct.error, IndexError):
        return
    assert 0 < found.bytes <= len(whole)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b":00000001FF\n", "nothing in it"),
        (b":0100000001FE\n", "end record"),
        (b":0100000001FF\n:00000001FF\n", "damaged"),
        (b":0100000001FE\n:0100000002FD\n:00000001FF\n", "overlap"),
        (b"\x7fELF\x02\x01" + bytes(58), "another kind of machine"),
        (b"\x7fELF\x01\x01" + bytes(58), "no whole image"),
        (write_uf2((Segment(0, b"x"),), 1)[:500], "cut off"),
    ],
)
def test_a_file_that_is_no_image_is_refused_in_two_lines(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(content)
    with pytest.raises(ToolchainError) as refused:
        read_image(path)
    assert said in refused.value.message and refused.value.hint and refused.value.exit_code == 7


def test_directories_missing_and_huge_files_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(1 << 30)
    for path in (tmp_path, tmp_path / "missing", huge):
        with pytest.raises(ToolchainError):
            read_image(path)


def _tiny_elf() -> bytes:
    data = b"code" * 20
    header = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 40, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    return header + struct.pack("<8I", 1, 84, 0, 0x08000000, len(data), len(data), 5, 4) + data
