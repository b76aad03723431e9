"""Which files of the runtime a set of kernels needs, so that they link on their own."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

from edgeflow.resources import runtime_dir

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DEFINED = re.compile(r"^(?!static|typedef|struct [^()]*;)[A-Za-z][^;={}()]*?\b(ef_\w+)\([^;{}]*\)\s*\{", re.MULTILINE)
_TABLE = re.compile(r"^const [^;={}()]*?\b(ef_\w+)(?:\[\w*\])? = ", re.MULTILINE)
_INLINE = re.compile(r"^static inline .*?^}", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"\bef_\w+")
_INCLUDED = re.compile(r'^#include "(\w+\.h)"', re.MULTILINE)


def needed(
    symbols: Iterable[str], folder: Path | None = None, *, tables: Iterable[str] = (), headers: Iterable[str] = ()
) -> tuple[Path, ...]:
    """C files below runtime/core that define `symbols` and all that these files name in turn, sorted, then headers.

    `headers` come along in any case, with what they need.
    Files named in `tables` come along without what they name: switches leave out the rest of it.
    Raises KeyError on a symbol that nothing defines.
    """
    folder = folder or runtime_dir() / "core"
    defined, named, included = _tables(folder)
    files: set[str] = set()
    queue = [*(defined[symbol] for symbol in symbols), *headers]
    while queue:
        file = queue.pop()
        if file not in files:
            files.add(file)
            queue += included[file]
            if file in tables:
                continue
            queue += [defined[symbol] for symbol in named[file] if symbol in defined]
    code = sorted(name for name in files if name.endswith(".c"))
    return tuple(folder / name for name in [*code, *sorted(files.difference(code))])


def named_by(paths: Iterable[Path], folder: Path | None = None) -> set[str]:
    """Symbols of runtime/core that C files elsewhere name."""
    defined, _, _ = _tables(folder or runtime_dir() / "core")
    texts = (_COMMENT.sub(" ", path.read_text(encoding="utf-8")) for path in paths)
    return {symbol for text in texts for symbol in _NAMED.findall(text) if symbol in defined}


def defined_by(names: Iterable[str], folder: Path | None = None) -> tuple[str, ...]:
    """External symbols that the files of these names define, sorted."""
    defined, _, _ = _tables(folder or runtime_dir() / "core")
    files = set(names)
    return tuple(sorted(symbol for symbol, file in defined.items() if file in files))


@functools.cache
def _tables(folder: Path) -> tuple[dict[str, str], dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Symbol → the file that defines it; file → the symbols it names in code; file → the headers it includes."""
    defined: dict[str, str] = {}
    named: dict[str, frozenset[str]] = {}
    included: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.[ch]")):
        text = _COMMENT.sub(" ", path.read_text(encoding="utf-8"))
        included[path.name] = tuple(_INCLUDED.findall(text))
        code = text
        if path.suffix == ".h":
            code = "".join(_INLINE.findall(text))
        else:
            defined |= dict.fromkeys([*_DEFINED.findall(text), *_TABLE.findall(text)], path.name)
        named[path.name] = frozenset(_NAMED.findall(code))
    return defined, named, included
