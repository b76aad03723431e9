"""A pattern of delimiters as a list of characters, a vocabulary as ids; anything else is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.errors import ModelError
from edgeflow.generate import signals
from edgeflow.generate.tokenizers import make_tokenizer

PATTERNS = [r"[^\w\']+", r"[\W]+", r"\W+", r"\s", r"([ ,.!?]+)", r"[^a-zA-Z0-9_-]+", "[\t ]+", " ", "[-;]"]


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("ab ,.;-'\t\n\x00"), max_size=30))
def test_text_is_cut_where_the_pattern_matches(pattern: str, text: str) -> None:
    tokenizer = make_tokenizer(pattern, b"a 1", "here")
    expected = [word for word in re.split(pattern.strip("()"), text, flags=re.ASCII) if word]
    assert signals.words(text, tokenizer) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a|b",
        "(a+)+$",
        ".*",
        "[",
        "[]",
        "[^]",
        r"[\p{L}]+",
        r"\b",
        "[a-",
        "[z-a]",
        "[[:alpha:]]",
        "[a]{2}",
        "[\u00e9]",
        "[^a]*",
        r"\w+\s",
        "[a]+[b]+",
        "x",
        "([a]",
        "[a])",
    ],
)
def test_a_pattern_that_means_more_than_single_characters_is_refused(pattern: str) -> None:
    with pytest.raises(ModelError, match="text cannot be cut") as refused:
        make_tokenizer(pattern, b"a 1", "here")
    assert 'kind = "vector"' in refused.value.hint


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=12), st.binary(max_size=40))
def test_any_pattern_and_vocabulary_give_a_tokenizer_or_a_clear_error(pattern: str, vocabulary: bytes) -> None:
    try:
        tokenizer = make_tokenizer(pattern, vocabulary, "here")
    except ModelError as error:
        assert error.hint and "\n" not in error.message
    else:
        assert all(0 <= number < 2**31 for number in tokenizer.ids.values())


def test_vocabularies_number_their_words_or_their_lines() -> None:
    numbered = make_tokenizer(" ", b"<PAD> 0\n<START> 1\n<UNKNOWN> 2\n\ncat 7\ncat 9\n", "here")
    assert (numbered.start, numbered.pad, numbered.unknown, numbered.ids["cat"]) == (1, 0, 2, 9)
    lines = make_tokenizer(" ", "\ufeffcat\r\ndog\r\n<PAD>\r\n".encode(), "here")
    assert lines.ids == {"cat": 0, "dog": 1, "<PAD>": 2} and (lines.start, lines.pad, lines.unknown) == (None, 2, 0)
    for content, message in [
        (b"", "is empty"),
        (b"\xff", "not UTF-8"),
        (b"a b\n", "line 1 is neither"),
        (b"a 1\nb\nc d 3\n", "line 1 is neither"),
        (b"a 1\nb 99999999999\n", "line 1 is neither"),
    ]:
        with pytest.raises(ModelError, match=message):
            make_tokenizer(" ", content, "here")
