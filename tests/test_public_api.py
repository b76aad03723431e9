"""`import edgeflow` offers the documented verbs and types, and costs next to nothing."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import edgeflow


@pytest.mark.parametrize("name", edgeflow.__all__)
def test_every_public_name_can_be_had_and_says_what_it_is(name: str) -> None:
    assert getattr(edgeflow, name).__doc__


def test_a_verb_stays_a_verb_after_its_folder_was_imported() -> None:
    importlib.import_module("edgeflow.deploy.types")
    importlib.import_module("edgeflow.bench.types")
    assert callable(edgeflow.deploy) and callable(edgeflow.bench)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such"):
        edgeflow.no_such  # noqa: B018 - the access is the test


def test_importing_edgeflow_imports_no_third_party_package() -> None:
    code = "import sys; before = set(sys.modules); import edgeflow; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    strangers = {name.partition(".")[0] for name in done.stdout.split()} - set(sys.stdlib_module_names) - {"edgeflow"}
    assert strangers == set()
