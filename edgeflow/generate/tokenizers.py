"""What cuts text into ids, from TFLite metadata's pattern of delimiters and its vocabulary.

Patterns are written for another regular-expression library than each language has, and come from the model. Therefore
only those are taken that say which single characters are delimiters; they become a list of these characters.
"""

from __future__ import annotations

import re
import warnings

from edgeflow.errors import ModelError
from edgeflow.generate.signals import Tokenizer

MAX_WORDS = 1_000_000
START, PAD, UNKNOWN = "<START>", "<PAD>", "<UNKNOWN>"  # as tflite-support's vocabularies call them
_CLASS = re.compile(r"(\()?(\[\^?(?:\\[ -~]|[ -~\t](?<![\[\]\\]))+\]|\\[sSwWdD]|[ ,;|/_-])\+?(?(1)\)\+?)")
_HINT = 'give the ids yourself with kind = "vector", or delimiters as a class of characters: pattern = "[^\\\\w\']+"'


def make_tokenizer(pattern: str, vocabulary: bytes, where: str) -> Tokenizer:
    """The tokenizer that splits where `pattern` matches. Raises ModelError on what has no such simple meaning.

    `vocabulary` has a word and its id a line, or a word alone, whose id is the number of the line from 0; of several
    ids for one word the last is meant.
    """
    delimiters, others = _delimiters(pattern, where)
    ids = _ids(vocabulary, where)
    return Tokenizer(delimiters, others, ids, ids.get(START), ids.get(PAD, 0), ids.get(UNKNOWN, 0))


def _delimiters(pattern: str, where: str) -> tuple[str, bool]:
    """Which ASCII characters match, and whether all others do; classes such as \\w mean ASCII, as in RE2."""
    found = _CLASS.fullmatch(pattern)
    try:
        if found is None:
            raise ValueError("it is no class of characters")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what another version of Python may read otherwise
            one = re.compile(found[2], re.ASCII)
    except (ValueError, re.error, Warning) as error:
        reason = f"{where}: text cannot be cut by the pattern {pattern!r}: {error}"
        raise ModelError(reason, _HINT) from error
    ascii_only = "".join(char for char in map(chr, range(128)) if one.fullmatch(char))
    return ascii_only, one.fullmatch("\u00e9") is not None


def _ids(vocabulary: bytes, where: str) -> dict[str, int]:
    try:
        lines = vocabulary.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ModelError(f"{where}: the vocabulary is not UTF-8 text (byte {error.start})", _HINT) from error
    if len(lines) > MAX_WORDS:
        raise ModelError(f"{where}: the vocabulary has more than {MAX_WORDS} words", _HINT)
    parted = [line.split() for line in lines]
    numbered = all(len(parts) == 2 and re.fullmatch(r"[0-9]{1,9}", parts[1]) for parts in parted if parts)
    ids = {}
    for number, parts in enumerate(parted):
        if len(parts) > 1 and not numbered:
            raise ModelError(
                f"{where}: the vocabulary's line {number + 1} is neither a word nor a word and its id", _HINT
            )
        if parts:
            ids[parts[0]] = int(parts[1]) if numbered else number
    if not ids:
        raise ModelError(f"{where}: the vocabulary is empty", _HINT)
    return ids
