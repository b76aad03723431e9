"""Names of a model made into identifiers: clean, never a reserved word, never twice the same."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence

from edgeflow.errors import UsageError

MAX_CHARACTERS = 63  # what C99 promises to tell apart inside a file; linkers and Python allow more

_C_WORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
"""
_CPP_WORDS = """
alignas alignof and and_eq asm bitand bitor bool catch char8_t char16_t char32_t class co_await co_return co_yield compl
concept const_cast consteval constexpr constinit decltype delete dynamic_cast explicit export false friend mutable
namespace new noexcept not not_eq nullptr operator or or_eq private protected public reinterpret_cast requires
static_assert static_cast template this thread_local throw true try typeid typename typeof using virtual wchar_t xor
xor_eq
"""
# macros that compilers and <stdint.h> define without underscores, its types, and names a linker gives another meaning
_C_TAKEN = "main linux unix i386 arm mips sparc sun vax near far interrupt asm fortran NULL EOF errno WIN32"
_STDINT = re.compile(r"(u?int(_least|_fast)?\d+_t|u?int(max|ptr)_t|(ptrdiff|size|ssize|wchar|wint|sig_atomic)_t)")
C_RESERVED = frozenset(f"{_C_WORDS} {_CPP_WORDS} {_C_TAKEN}".split())
_PYTHON_RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, "print", "self", "cls", "None", "True", "False"])
_MODULES_TAKEN = frozenset(sys.stdlib_module_names) | {"numpy", "ai_edge_litert", "tflite_runtime", "edgeflow", "test"}


def c_reason(name: str) -> str | None:
    """Why `name` cannot be a global symbol in C and C++, or None when it can."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return "a C identifier is ASCII letters, digits and _ and does not begin with a digit"
    if len(name) > MAX_CHARACTERS:
        return f"longer than {MAX_CHARACTERS} characters"
    if name in C_RESERVED or _STDINT.fullmatch(name):
        return "a word that C, C++ or their headers reserve"
    if "__" in name or re.match(r"_[A-Z]", name):
        return "names with two underscores or a leading underscore and capital belong to the compiler"
    if name.startswith("EF_"):
        return "names beginning with EF_ belong to edgeflow's macros"
    return None


def package_reason(name: str) -> str | None:
    """Why `name` cannot name a Python package, or None when it can."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return "a Python package is named in lower-case ASCII letters, digits and _ and does not begin with a digit"
    if len(name) > MAX_CHARACTERS:
        return f"longer than {MAX_CHARACTERS} characters"
    if name in _PYTHON_RESERVED:
        return "a word that Python reserves"
    if name in _MODULES_TAKEN:
        return "a module of that name exists and would be hidden"
    if name.startswith("_"):
        return "a leading underscore says private"
    return None


def c_symbol(given: str | None, stem: str) -> str:
    """The symbol the user gave, checked, or one made from the model file's `stem`. Raises UsageError."""
    if given is not None:
        _refuse(given, c_reason(given))
        return given
    name = _clean(stem)[: MAX_CHARACTERS - len("model_")]
    return name if c_reason(name) is None else f"model_{name}".rstrip("_")


def package_name(given: str | None, stem: str) -> str:
    """The package name the user gave, checked, or one made from the model file's `stem`. Raises UsageError."""
    if given is not None:
        _refuse(given, package_reason(given))
        return given
    name = _clean(stem).lower()[: MAX_CHARACTERS - len("model_")]
    return name if package_reason(name) is None else f"model_{name}".rstrip("_")


def class_name(package: str) -> str:
    """`kws_int8` → `KwsInt8`."""
    return "".join(part[:1].upper() + part[1:] for part in package.split("_"))


def python_names(names: Sequence[str], fallback: str, reserved: Iterable[str] = ()) -> tuple[str, ...]:
    """One snake_case identifier a name, in order; nameless ones become `fallback`, twins get _2, _3…

    Reserved words of Python and the names in `reserved` get a trailing underscore.
    """
    refused = _PYTHON_RESERVED | frozenset(reserved)
    taken: set[str] = set()
    twins: dict[str, int] = {}  # where counting goes on, so that many twins cost no more than others
    found = []
    for name in names:
        word = _snake(name) or fallback
        if word[0].isdigit():
            word = f"{fallback}_{word}"
        word = f"{word}_" if word in refused else word
        unique = word
        while unique in taken or unique in refused:
            number = twins[word] = twins.get(word, 1) + 1
            unique = f"{word.rstrip('_')}_{number}"
        taken.add(unique)
        found.append(unique)
    return tuple(found)


def _refuse(name: str, reason: str | None) -> None:
    if reason is not None:
        raise UsageError(f"{name!r} cannot be the name of the generated code: {reason}", "give another one with --name")


def _clean(text: str) -> str:
    """ASCII letters, digits and single underscores; accents fall off, other scripts disappear."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "_", ascii_text).strip("_")


def _snake(name: str) -> str:
    """`serving_default_inputImage:0` → `input_image`."""
    name = re.sub(r":\d+$", "", name)
    name = name.removeprefix("serving_default_") or name
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", _clean(name)).lower()
    return words[:MAX_CHARACTERS].strip("_")
