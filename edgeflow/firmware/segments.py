"""What an image puts where: ELF, Intel HEX, UF2 and plain binary files read into segments, and written from them.

Files are hostile: every count and offset is checked before use.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError

MOST_BYTES = 64 * 1024 * 1024  # of a file: more than any microcontroller's flash
_HEX_LINE_BYTES = 16
_UF2_BLOCK = struct.Struct("<8I476sI")
_UF2_MAGIC = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
_UF2_PAYLOAD_BYTES = 256
_UF2_NOT_MAIN_FLASH, _UF2_FILE_CONTAINER, _UF2_FAMILY = 0x1, 0x1000, 0x2000
_UF2_ABSOLUTE = 0xE48BFF57  # RP2350 data sheet, erratum E10: a block that tools put in and the flash never gets
_ERASED = b"\xff"
_LOADED, _NOBITS, _ALLOC = 1, 8, 2
_ARCHITECTURES = {40: "arm", 94: "xtensa", 243: "riscv", 62: "x86-64", 3: "x86", 183: "aarch64"}


@dataclass(frozen=True)
class Segment:
    """Bytes from an address on."""

    address: int
    data: bytes

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.address + len(self.data)


@dataclass(frozen=True)
class Contents:
    """What a file holds: segments that are sorted and do not overlap.

    `format` is elf, hex, uf2 or bin, `architecture` an ELF's, `families` a UF2's; a bin has one segment at 0 and
    `placed` false: it does not say where it belongs.
    """

    format: str
    segments: tuple[Segment, ...]
    architecture: str | None = None
    families: tuple[int, ...] = ()
    placed: bool = True

    @property
    def bytes(self) -> int:
        """All segments together."""
        return sum(len(segment.data) for segment in self.segments)


def read_image(path: Path) -> Contents:
    """Read a file by what it is, not by its name. Raises ToolchainError."""
    try:
        if path.is_dir():
            raise ToolchainError(f"{path} is a directory", "give the image that the build made")
        if path.stat().st_size > MOST_BYTES:
            raise ToolchainError(f"{path} has {path.stat().st_size} bytes: no image", "give the image to flash")
        content = path.read_bytes()
    except OSError as error:
        raise ToolchainError(f"{path} cannot be read: {error.strerror}", "give the image that the build made") from None
    try:
        return parse_image(content)
    except (ValueError, struct.error, UnicodeDecodeError, IndexError) as error:
        raise ToolchainError(f"{path} is no whole image: {error}", "build it again") from None


def parse_image(content: bytes) -> Contents:
    """The same for bytes; ELF and UF2 by their magic numbers, Intel HEX by its form. Raises ValueError."""
    if not content:
        raise ValueError("it is empty")
    if content[:4] == b"\x7fELF":
        return _elf(content)
    if content[:8] == struct.pack("<2I", *_UF2_MAGIC[:2]):
        return _uf2(content)
    if content[:1] == b":" and content[:64].partition(b"\n")[0].strip(b"\r")[1:].isalnum():
        return _hex(content)
    return Contents("bin", (Segment(0, content),), placed=False)


def write_hex(segments: tuple[Segment, ...]) -> bytes:
    """Intel HEX with extended linear addresses."""
    lines: list[str] = []
    upper = -1
    for segment in segments:
        at = segment.address
        while at < segment.end:
            if at >> 16 != upper:
                upper = at >> 16
                lines.append(_hex_record(0, 4, upper.to_bytes(2, "big")))
            stop = min(segment.end, at - at % _HEX_LINE_BYTES + _HEX_LINE_BYTES)
            lines.append(_hex_record(at & 0xFFFF, 0, segment.data[at - segment.address : stop - segment.address]))
            at = stop
    return "".join([*lines, _hex_record(0, 1, b"")]).encode("ascii")


def write_bin(segments: tuple[Segment, ...]) -> bytes:
    """Everything from the first byte to the last, gaps as erased flash. Raises ValueError on a gap too large."""
    first, last = segments[0].address, segments[-1].end
    if last - first > MOST_BYTES:
        raise ValueError(f"its parts lie {last - first} bytes apart")
    out = bytearray(_ERASED * (last - first))
    for segment in segments:
        out[segment.address - first : segment.end - first] = segment.data
    return bytes(out)


def write_uf2(segments: tuple[Segment, ...], family: int) -> bytes:
    """UF2 in pages of 256 bytes at multiples of 256, what is missing of a page as erased flash."""
    pages: dict[int, bytearray] = {}
    for segment in segments:
        at = segment.address
        while at < segment.end:
            base = at - at % _UF2_PAYLOAD_BYTES
            stop = min(segment.end, base + _UF2_PAYLOAD_BYTES)
            page = pages.setdefault(base, bytearray(_ERASED * _UF2_PAYLOAD_BYTES))
            page[at - base : stop - base] = segment.data[at - segment.address : stop - segment.address]
            at = stop
    return b"".join(
        _UF2_BLOCK.pack(
            *_UF2_MAGIC[:2],
            _UF2_FAMILY,
            address,
            _UF2_PAYLOAD_BYTES,
            number,
            len(pages),
            family,
            bytes(page),
            _UF2_MAGIC[2],
        )
        for number, (address, page) in enumerate(sorted(pages.items()))
    )


def _sorted(found: list[Segment]) -> tuple[Segment, ...]:
    """By address, neighbours joined. Raises ValueError where two overlap or nothing is there."""
    runs: list[list[Segment]] = []
    for segment in sorted((one for one in found if one.data), key=lambda one: one.address):
        if segment.end > 1 << 32:
            raise ValueError("it goes beyond 32 bits of address")
        end = runs[-1][-1].end if runs else -1
        if end > segment.address:
            raise ValueError(f"parts overlap at 0x{segment.address:08x}")
        if end == segment.address:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    if not runs:
        raise ValueError("nothing in it is to be loaded")
    return tuple(Segment(run[0].address, b"".join(part.data for part in run)) for run in runs)


def _elf(content: bytes) -> Contents:
    if content[4:6] != b"\x01\x01":
        raise ValueError("an ELF for another kind of machine than a 32-bit little-endian one")
    (machine,) = struct.unpack_from("<H", content, 18)
    (table,) = struct.unpack_from("<I", content, 28)
    entry_bytes, count = struct.unpack_from("<HH", content, 42)
    if entry_bytes < 32:
        raise ValueError("an ELF without program headers")
    loaded = []  # (offset in the file, physical address, bytes)
    for number in range(count):
        kind, offset, _, physical, size = struct.unpack_from("<5I", content, table + number * entry_bytes)
        if kind == _LOADED and size > 0:
            if offset + size > len(content):
                raise ValueError("the ELF is cut off")
            loaded.append((offset, physical, size))
    parts = _elf_sections(content, loaded) or loaded
    segments = [Segment(physical, content[offset : offset + size]) for offset, physical, size in parts]
    return Contents("elf", _sorted(segments), architecture=_ARCHITECTURES.get(machine, f"machine {machine}"))


def _elf_sections(content: bytes, loaded: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Those parts of loaded segments that are sections: a segment may hold the file's header as well, as padding."""
    (table,) = struct.unpack_from("<I", content, 32)
    entry_bytes, count = struct.unpack_from("<HH", content, 46)
    found = []
    for number in range(count if entry_bytes >= 40 else 0):
        kind, flags, _, offset, size = struct.unpack_from("<5I", content, table + number * entry_bytes + 4)
        if kind == _NOBITS or not flags & _ALLOC or size == 0:
            continue
        for first, physical, length in loaded:
            if first <= offset and offset + size <= first + length:
                found.append((offset, physical + offset - first, size))
                break
    return found


def _hex(content: bytes) -> Contents:
    segments: list[Segment] = []
    base, ended = 0, False
    for number, line in enumerate(content.decode("ascii").split(), 1):
        where = f"line {number}"
        if ended or line[:1] != ":":
            raise ValueError(f"{where} is no record of Intel HEX")
        record = bytes.fromhex(line[1:])
        if len(record) < 5 or len(record) != record[0] + 5 or sum(record) & 0xFF:
            raise ValueError(f"{where} is damaged")
        address, kind, data = int.from_bytes(record[1:3], "big"), record[3], record[4:-1]
        match kind:
            case 0:
                segments.append(Segment(base + address, data))
            case 1:
                ended = True
            case 2 if len(data) == 2:
                base = int.from_bytes(data, "big") << 4
            case 4 if len(data) == 2:
                base = int.from_bytes(data, "big") << 16
            case 3 | 5:
                pass  # where to start: the vectors say it
            case _:
                raise ValueError(f"{where} has an unknown type {kind}")
    if not ended:
        raise ValueError("the end record is missing")
    return Contents("hex", _sorted(segments))


def _uf2(content: bytes) -> Contents:
    if len(content) % _UF2_BLOCK.size:
        raise ValueError("the UF2 is cut off")
    segments: list[Segment] = []
    families: set[int] = set()
    for number, block in enumerate(_UF2_BLOCK.iter_unpack(content)):
        first, second, flags, address, size, _, _, family, data, last = block
        if (first, second, last) != _UF2_MAGIC or size > len(data):
            raise ValueError(f"block {number} is damaged")
        if flags & (_UF2_NOT_MAIN_FLASH | _UF2_FILE_CONTAINER) or family == _UF2_ABSOLUTE:
            continue
        if flags & _UF2_FAMILY:
            families.add(family)
        segments.append(Segment(address, data[:size]))
    return Contents("uf2", _sorted(segments), families=tuple(sorted(families)))


def _hex_record(address: int, kind: int, data: bytes) -> str:
    record = bytes([len(data), *address.to_bytes(2, "big"), kind, *data])
    return f":{record.hex().upper()}{-sum(record) & 0xFF:02X}\n"
