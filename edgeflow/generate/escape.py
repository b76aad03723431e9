"""Every string of a model is data: one filter for each place a string can land in generated text."""

from __future__ import annotations

import json
from collections.abc import Callable


def c_comment(text: str) -> str:
    """Text inside a /* */ comment: printable ASCII that can neither end nor open one, nor form a trigraph."""
    out = "".join(char if " " <= char <= "~" and char != "\\" else _code_point(char) for char in text)
    for pair in ("*/", "/*", "??"):
        while pair in out:
            out = out.replace(pair, f"{pair[0]} {pair[1]}")
    return out + " " if out.endswith(("*", "/")) else out


def c_string(text: str) -> str:
    """A C string literal with its quotes, holding the text as UTF-8."""
    out = []
    for byte in _utf8(text):
        char = chr(byte)
        # octal escapes end after three digits, hexadecimal ones do not; ? would start a trigraph
        out.append(char if " " <= char <= "~" and char not in '\\"?' else f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def cpp_comment(text: str) -> str:
    """Text behind // or # on one line: printable ASCII without the backslash that would draw in the next one."""
    return "".join(char if " " <= char <= "~" and char != "\\" else f"(U+{ord(char):04X})" for char in text)


def py_string(text: str) -> str:
    """A Python string literal with its quotes, ASCII only."""
    quoted = ascii(text)
    return quoted if quoted.startswith('"') else '"' + quoted[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'


def py_docstring(text: str) -> str:
    """Text inside a triple-quoted docstring, on one line."""
    return "".join(char if char.isprintable() and char not in '\\"' else _quote(char) for char in text)


def py_comment(text: str) -> str:
    """Text behind a # on one line, in Python or TOML."""
    return "".join(char if char.isprintable() and char != "\\" else _code_point(char) for char in text)


def toml_string(text: str) -> str:
    """A basic TOML string with its quotes."""
    out = []
    for char in text:
        code = ord(char)
        if char in '\\"':
            out.append("\\" + char)
        elif char.isprintable():
            out.append(char)
        elif 0xD800 <= code <= 0xDFFF:  # TOML has no way to write half a pair
            out.append("\N{REPLACEMENT CHARACTER}")
        else:
            out.append(f"\\U{code:08x}")
    return '"' + "".join(out) + '"'


def json_string(text: str) -> str:
    """A JSON string with its quotes, ASCII only."""
    return json.dumps(text)


def md_text(text: str) -> str:
    """Plain text in the middle of a Markdown line: no markup, no HTML, no line break."""
    out = []
    for char in text:
        if not char.isprintable():
            out.append(_code_point(char).replace("\\", "\\\\"))
        elif char in "&<>":
            out.append({"&": "&amp;", "<": "&lt;", ">": "&gt;"}[char])
        elif char in "\\`*_{}[]()|~":
            out.append("\\" + char)
        else:
            out.append(char)
    return "".join(out)


def md_comment(text: str) -> str:
    """Text inside an HTML comment of a Markdown file."""
    out = py_comment(text)
    return out.replace("-->", "-- >").replace("<!--", "< !--").replace("--!>", "--! >")


def md_code(text: str) -> str:
    """A code span with its backticks."""
    printable = py_comment(text)
    ticks = "`"
    while ticks in printable:
        ticks += "`"
    pad = " " if printable[:1] in ("`", "") or printable[-1:] == "`" else ""
    return f"{ticks}{pad}{printable}{pad}{ticks}"


def jvm_comment(text: str) -> str:
    """Text in a comment of Kotlin or Java: nothing that ends or opens one, no escape that Java reads even there."""
    out = "".join(char if " " <= char <= "~" and char != "\\" else f"(U+{ord(char):04X})" for char in text)
    for pair in ("*/", "/*"):
        while pair in out:
            out = out.replace(pair, f"{pair[0]} {pair[1]}")
    return out + " " if out.endswith(("*", "/")) else out


def kotlin_string(text: str) -> str:
    """A Kotlin string literal with its quotes, ASCII only; $ begins no template."""
    return '"' + "".join(f"\\{char}" if char in '"\\$' else _utf16(char) for char in text) + '"'


def java_string(text: str) -> str:
    """A Java string literal with its quotes, ASCII only; Java reads \\u escapes before it knows of strings."""
    out = []
    for char in text:
        if char in '"\\':
            out.append(f"\\{char}")
        else:
            out.append(f"\\{ord(char):03o}" if char < " " or char == "\x7f" else _utf16(char))
    return '"' + "".join(out) + '"'


def xml_comment(text: str) -> str:
    """Text inside a comment of an XML file, which must not hold two hyphens in a row."""
    out = py_comment(text)
    while "--" in out:
        out = out.replace("--", "- -")
    return "".join(char if char.isascii() else f"(U+{ord(char):04X})" for char in out)


FILTERS: dict[str, Callable[[str], str]] = {
    "c_comment": c_comment,
    "c_string": c_string,
    "cpp_comment": cpp_comment,
    "py_string": py_string,
    "py_docstring": py_docstring,
    "py_comment": py_comment,
    "toml_string": toml_string,
    "json_string": json_string,
    "md_text": md_text,
    "md_comment": md_comment,
    "md_code": md_code,
    "jvm_comment": jvm_comment,
    "kotlin_string": kotlin_string,
    "java_string": java_string,
    "xml_comment": xml_comment,
}


def _code_point(char: str) -> str:
    """How a character that must not appear is shown; a backslash doubles so that the two stay apart."""
    return "\\\\" if char == "\\" else f"\\u{{{ord(char):x}}}"


def _quote(char: str) -> str:
    if char in '\\"':
        return "\\" + char
    return f"\\U{ord(char):08x}" if not 0xD800 <= ord(char) <= 0xDFFF else f"\\u{ord(char):04x}"


def _utf16(char: str) -> str:
    """A character as it is if it can be seen and is ASCII, else its UTF-16 units as escapes."""
    if " " <= char <= "~":
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))


def _utf8(text: str) -> bytes:
    """UTF-8; a byte of a file name that is not UTF-8 stays that byte."""
    return b"".join(
        bytes([ord(char) - 0xDC00]) if 0xDC80 <= ord(char) <= 0xDCFF else char.encode("utf-8", "surrogatepass")
        for char in text
    )
