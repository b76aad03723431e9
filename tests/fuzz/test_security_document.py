"""What docs/SECURITY.md says is shown by a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fuzz.build import TARGETS

ROOT = Path(__file__).parents[2]


def test_the_document_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 20
    for file, test in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, f"{file}::{test}"


def test_the_document_names_every_fuzz_target() -> None:
    text = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(model|link|frame|ahead|signature)`", text)) == set(TARGETS)
