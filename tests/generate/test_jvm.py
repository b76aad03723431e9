"""Names and texts of Kotlin and Java: identifiers stay apart, strings come back as they were."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import UsageError
from edgeflow.generate.escape import java_string, jvm_comment, kotlin_string, xml_comment
from edgeflow.generate.jvm import jvm_name, jvm_package
from edgeflow.generate.names import python_names

texts = st.text(max_size=20) | st.sampled_from(
    ["\\u0022", "${x}", "*/", "/*", "--", "\\", '"', "\n", "\ud800", "\U0001f600"]
)


@given(st.lists(texts | st.sampled_from(["close", "to_string", "a_1", "a1", "object", "class", "into"]), max_size=8))
def test_identifiers_stay_apart_and_are_no_words_of_the_languages(names: list[str]) -> None:
    found = [jvm_name(name) for name in python_names(names, "input")]
    assert len(set(found)) == len(names)
    for name in found:
        assert re.fullmatch(r"[a-z][A-Za-z0-9_]*", name)
        assert name not in ("class", "object", "close", "toString", "into", "fun", "new", "when")


@given(texts)
def test_strings_are_ascii_on_one_line_and_hold_the_text(text: str) -> None:
    plain = {"\\\\": "\\", '\\"': '"', "\\$": "$"}
    for literal in (java_string(text), kotlin_string(text)):
        assert literal.isascii() and literal.isprintable()
        parts = re.findall(r"\\u[0-9a-f]{4}|\\[0-7]{3}|\\.|[^\\]", literal[1:-1])
        assert "".join(parts) == literal[1:-1] and '"' not in parts
        units = "".join(
            plain.get(part) or (chr(int(part[2:], 16)) if part[:2] == "\\u" else chr(int(part[1:], 8)))
            if part[0] == "\\"
            else part
            for part in parts
        )
        assert units.encode("utf-16-be", "surrogatepass") == text.encode("utf-16-be", "surrogatepass")
    assert "$" not in re.sub(r"\\\$", "", kotlin_string(text))


@given(texts)
def test_comments_hold_no_escape_that_java_reads_and_do_not_end(text: str) -> None:
    found = jvm_comment(text)
    assert found.isascii() and "\\" not in found and "\n" not in found and "*/" not in found and "/*" not in found
    assert "--" not in xml_comment(text) and xml_comment(text).isascii()


def test_a_package_is_made_from_the_name_or_checked() -> None:
    assert [jvm_package(None, symbol) for symbol in ("kws", "New", "model_1")] == [
        "edgeflow.kws",
        "edgeflow.new_",
        "edgeflow.model_1",
    ]
    assert jvm_package("org.example.kws_2", "kws") == "org.example.kws_2"
    for package in ("kws", "org.Kws", "org.new", "android.kws", "kotlin.x", "org.1x", "org..x", "org.x y", ""):
        with pytest.raises(UsageError, match="no Java package of yours") as refused:
            jvm_package(package, "kws")
        assert "org.example.model" in refused.value.hint
