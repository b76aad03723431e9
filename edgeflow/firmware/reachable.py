"""What of a linked image each of its symbols needs: the linker's own view, from the relocations it left in the file."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from edgeflow.errors import ToolchainError

_ALLOC, _EXECUTE = 2, 4
_NOBITS, _SYMTAB, _RELA, _REL = 8, 2, 4, 9
_ARM = 40
_ABS32 = 2  # of Arm: the word itself is the address
_SIZED = (1, 2)  # STT_OBJECT, STT_FUNC
_SECTION = 3  # STT_SECTION


@dataclass(frozen=True)
class _Section:
    kind: int
    flags: int
    address: int
    size: int
    link: int
    info: int
    content: bytes


@dataclass
class _Pieces:
    """Stretches of the image that belong together: sized symbols, and what relocations point at between them."""

    sections: tuple[_Section, ...]
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    loose: dict[int, int] = field(default_factory=dict)  # start → end of what has no symbol

    def at(self, address: int) -> int | None:
        """The start of the piece that holds an address; None outside the image."""
        place = bisect_right(self.starts, address) - 1
        if place >= 0 and address < self.ends[place]:
            return self.starts[place]
        section = next((one for one in self.sections if 0 <= address - one.address < one.size), None)
        if section is None:
            return None
        after = self.starts[place + 1] if place + 1 < len(self.starts) else section.address + section.size
        start, end = address, min(after, section.address + section.size)
        if section.flags & _EXECUTE:  # assembly without sizes: all of it up to the next symbol
            start = max(self.ends[place] if place >= 0 else 0, section.address)
        else:  # a text, or a constant of the compiler
            zero = section.content.find(b"\0", address - section.address)
            end = min(end, section.address + zero + 1) if zero >= 0 else end
        self.loose.setdefault(start, end)
        return start

    def size(self, start: int) -> int:
        place = bisect_right(self.starts, start) - 1
        known = place >= 0 and self.starts[place] == start
        return (self.ends[place] if known else self.loose[start]) - start


@dataclass(frozen=True)
class Reachable:
    """Names and pieces of one image. `needs` maps a piece to those it refers to."""

    names: dict[str, int]
    sizes: dict[int, int]
    needs: dict[int, frozenset[int]]

    def of(self, roots: Iterable[int], without: frozenset[int] = frozenset()) -> frozenset[int]:
        """All pieces that the roots need, themselves among them; nothing is followed out of `without`."""
        seen: set[int] = set()
        waiting = list(roots)
        while waiting:
            piece = waiting.pop()
            if piece not in seen:
                seen.add(piece)
                waiting += () if piece in without else self.needs.get(piece, ())
        return frozenset(seen)


def reachable(content: bytes, entry: str = "main") -> Reachable:
    """Read a 32-bit little-endian ELF file that was linked with --emit-relocs; `entry` is what nothing refers to.

    Raises ToolchainError on another file.
    """
    if content[:6] != b"\x7fELF\x01\x01":
        raise ToolchainError("the image is no 32-bit ELF file", "build it for a microcontroller target")
    (machine,) = struct.unpack_from("<H", content, 18)
    sections = _sections(content)
    table = next((one for one in sections if one.kind == _SYMTAB), None)
    if table is None or not any(one.kind in (_REL, _RELA) for one in sections):
        raise ToolchainError("the image has no symbols or relocations", "link it with -Wl,--emit-relocs")
    names_of = sections[table.link].content
    symbols = [
        (*fields[:4], names_of[fields[0] : names_of.index(b"\0", fields[0])].decode("ascii", "replace"))
        for fields in struct.iter_unpack("<IIIBBH", table.content)
    ]
    even = ~1 if machine == _ARM else ~0
    loaded = tuple(one for one in sections if one.flags & _ALLOC and one.kind != _NOBITS and one.size)
    sized = {value & even: size for _, value, size, info, name in symbols if info & 15 in _SIZED and size}
    spans = sorted((start, start + size) for start, size in sized.items() if _inside(loaded, start))
    pieces = _Pieces(loaded, [start for start, _ in spans], [end for _, end in spans])
    needs: dict[int, set[int]] = {}
    for section in sections:
        if section.kind not in (_REL, _RELA) or not sections[section.info].flags & _ALLOC:
            continue
        about = sections[section.info]
        for place, info, *addend in struct.iter_unpack("<IIi" if section.kind == _RELA else "<II", section.content):
            _, value, _, kind, _ = symbols[info >> 8]
            target = value + (addend[0] if addend else 0)
            if not addend and kind & 15 == _SECTION:
                if info & 255 != _ABS32:
                    continue
                (target,) = struct.unpack_from("<I", about.content, place - about.address)
            source, to = pieces.at(place), pieces.at(target & even)
            if source is not None and to is not None and source != to:
                needs.setdefault(source, set()).add(to)
    starts = [*pieces.starts, *pieces.loose]
    names = {name: value & even for _, value, size, info, name in symbols if info & 15 in _SIZED and size}
    used = {piece for to in needs.values() for piece in to} | {names.get(entry, 0)}
    for piece, after in pairwise(sorted(starts)):
        if piece not in used:  # kept for what stands beside it: objects of libraries are one section
            needs.setdefault(after, set()).add(piece)
    return Reachable(
        names=names,
        sizes={start: pieces.size(start) for start in starts},
        needs={start: frozenset(to) for start, to in needs.items()},
    )


def _inside(sections: tuple[_Section, ...], address: int) -> bool:
    return any(0 <= address - one.address < one.size for one in sections)


def _sections(content: bytes) -> list[_Section]:
    (table,) = struct.unpack_from("<I", content, 32)
    entry_bytes, count = struct.unpack_from("<HH", content, 46)
    found = []
    for number in range(count):
        _, kind, flags, address, offset, size, link, info = struct.unpack_from(
            "<8I", content, table + number * entry_bytes
        )
        held = b"" if kind == _NOBITS else content[offset : offset + size]
        found.append(_Section(kind, flags, address, size, link, info, held))
    return found
