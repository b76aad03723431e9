"""Strings of a model stay data, whatever they hold: judged by the compilers and parsers of each language."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgeflow.generate import escape

HOSTILE = [
    "a */ evil",
    "*/",
    "/*",
    "*",
    "/",
    "*\\/",
    "\"quotes\" and 'more'",
    '"""',
    'x""" + __import__("os").system("false") + """',
    "\\",
    "\\\\",
    '\\"',
    "line\nbreak\r\nand\x00nul\x1b[31m",
    "\u2028\u2029\x85\x0b\x0c",
    "ünïcödé 模型 🙂",
    "\u202eright to left\u2066",
    "\udc80\udcff lone",
    "\ud800",
    "??/\n??)",
    "???/",
    "%s {{ m.sha256 }} {% raw %} ${x} $(x) `x`",
    "-->",
    "<!-- <script>alert(1)</script> --!>",
    "*/ #include </etc/passwd>",
    "# comment",
    "",
    " ",
    "`` ``` `",
    "[link](http://x) *bold* _x_ | pipe",
]
texts = st.text(st.characters(), max_size=40) | st.text("*/\\\"'?#\n`-<>!{}% a0", max_size=20)


def printable_line(text: str) -> bool:
    return all(char.isprintable() for char in text)


def file_bytes(text: str) -> bytes:
    """UTF-8, with a file name's foreign bytes as they were."""
    foreign = {chr(0xDC00 + byte): bytes([byte]) for byte in range(0x80, 0x100)}
    return b"".join(foreign.get(char) or char.encode("utf-8", "surrogatepass") for char in text)


@given(texts)
@example("a */ evil")
@example("\udc80\ud800")
def test_a_c_comment_cannot_end_early_nor_open_another(text: str) -> None:
    inside = escape.c_comment(text)
    whole = f"/* {inside} */"
    assert whole.count("*/") == 1 and whole.count("/*") == 1
    assert inside.isascii() and printable_line(inside) and "??" not in inside


@given(texts)
def test_a_c_string_holds_the_same_bytes(text: str) -> None:
    literal = escape.c_string(text)
    assert literal.isascii() and printable_line(literal) and "?" not in literal
    body = literal[1:-1]
    assert '"' not in body
    decoded = re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), body.encode())
    assert decoded == file_bytes(text)


@given(texts)
@example('x""" + 1 + """')
def test_python_gets_the_text_back_from_strings_and_docstrings(text: str) -> None:
    literal = escape.py_string(text)
    assert literal.isascii() and literal.startswith('"')
    assert ast.literal_eval(literal) == text
    doc = escape.py_docstring(text)
    assert ast.literal_eval(f'"""[{doc}]"""') == f"[{text}]"
    assert f'"""[{doc}]"""'.encode()  # no half surrogate is left to break writing the file
    comment = escape.py_comment(text)
    assert ast.dump(ast.parse(f"# {comment}\n1")) == ast.dump(ast.parse("\n1"))


@given(texts)
def test_toml_gets_the_text_back(text: str) -> None:
    whole = f"# {escape.py_comment(text)}\nkey = {escape.toml_string(text)}\n".encode().decode()
    assert tomllib.loads(whole) == {"key": re.sub("[\ud800-\udfff]", "\ufffd", text)}


@given(texts)
def test_markdown_shows_text_without_markup_or_html(text: str) -> None:
    comment = f"<!-- {escape.md_comment(text)} -->"
    assert comment.count("-->") == 1 and "--!>" not in comment and printable_line(comment)
    code = escape.md_code(text)
    fence = re.match("`+", code)
    assert fence and code.endswith(fence[0]) and fence[0] not in code[len(fence[0]) : -len(fence[0])]
    shown = escape.md_text(text)
    assert "<" not in shown and printable_line(shown)
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]]", shown)


@pytest.mark.parametrize("compiler", [["gcc", "-std=c99"], ["clang", "-std=c99"], ["g++", "-x", "c++"]], ids=" ".join)
def test_compilers_accept_every_hostile_text_and_keep_its_bytes(compiler: list[str], tmp_path: Path) -> None:
    lines = ["#include <stdio.h>"]
    lines += [f"/* {escape.c_comment(text)} */" for text in HOSTILE]
    lines += ["int main(void) {"]
    lines += [f"fwrite({escape.c_string(t)}, 1, sizeof {escape.c_string(t)}, stdout);" for t in HOSTILE]
    lines += ["return 0; }", ""]
    (tmp_path / "x.c").write_text("\n".join(lines), encoding="ascii")
    flags = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-Wno-unused-result"]
    subprocess.run([*compiler, *flags, "x.c", "-o", "x"], cwd=tmp_path, check=True, timeout=120)
    shown = subprocess.run([tmp_path / "x"], capture_output=True, check=True, timeout=60).stdout
    assert shown == b"".join(file_bytes(text) + b"\0" for text in HOSTILE)
