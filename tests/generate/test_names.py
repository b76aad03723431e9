"""Names become identifiers that compile, differ, and never hide anything."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import UsageError
from edgeflow.generate.names import MAX_CHARACTERS, c_reason, c_symbol, class_name, package_name, python_names


@pytest.mark.parametrize(
    ("stem", "symbol"),
    [
        ("kws_int8", "kws_int8"),
        ("1st model-x", "model_1st_model_x"),
        ("int", "model_int"),
        ("namespace", "model_namespace"),
        ("main", "model_main"),
        ("linux", "model_linux"),
        ("uint8_t", "model_uint8_t"),
        ("", "model"),
        ("模型", "model"),
        ("détection", "detection"),
        ("a__b", "a_b"),
        ("_Private", "Private"),
        ("EF_ALIGN", "model_EF_ALIGN"),
        ("x" * 200, "x" * 57),
    ],
)
def test_a_file_name_becomes_a_c_symbol(stem: str, symbol: str) -> None:
    assert c_symbol(None, stem) == symbol


@pytest.mark.parametrize(
    ("stem", "package"),
    [
        ("Kws-Int8", "kws_int8"),
        ("numpy", "model_numpy"),
        ("json", "model_json"),
        ("class", "model_class"),
        ("", "model"),
    ],
)
def test_a_file_name_becomes_a_package_that_hides_no_other(stem: str, package: str) -> None:
    assert package_name(None, stem) == package


@pytest.mark.parametrize(
    "name", ["", "9x", "a b", "a-b", "int", "template", "a__b", "_X", "EF_X", "é", "a" * 64, "a;b"]
)
def test_a_given_c_symbol_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name") as caught:
        c_symbol(name, "model")
    assert "--name" in caught.value.hint


@pytest.mark.parametrize("name", ["", "Kws", "9x", "a-b", "class", "numpy", "os", "_x", "../x", "é"])
def test_a_given_package_name_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        package_name(name, "model")


@given(st.text(max_size=80))
def test_any_file_name_gives_a_usable_symbol_and_package(stem: str) -> None:
    symbol, package = c_symbol(None, stem), package_name(None, stem)
    assert c_symbol(symbol, "") == symbol
    assert c_reason(symbol) is None
    assert package_name(package, "") == package
    assert class_name(package).isidentifier()


@pytest.mark.parametrize(
    ("names", "identifiers"),
    [
        (["serving_default_inputImage:0"], ("input_image",)),
        (["StatefulPartitionedCall:1"], ("stateful_partitioned_call",)),
        (["", "", "x"], ("input", "input_2", "x")),
        (["a", "a", "a_2", "A"], ("a", "a_2", "a_2_2", "a_3")),
        (["class", "self", "raw"], ("class_", "self_", "raw_")),
        (["1x", "日本"], ("input_1x", "input")),
        (["a */ evil", 'x"""; import os'], ("a_evil", "x_import_os")),
    ],
)
def test_tensor_names_become_snake_case_without_collisions(names: list[str], identifiers: tuple[str, ...]) -> None:
    assert python_names(names, "input", reserved=("raw",)) == identifiers


@given(st.lists(st.text(max_size=70) | st.sampled_from(["a", "a_2", "A", "", "class", "input", "1"]), max_size=8))
def test_any_tensor_names_give_distinct_identifiers(names: list[str]) -> None:
    found = python_names(names, "input", reserved=("raw",))
    assert len(set(found)) == len(names)
    for name in found:
        assert name.isidentifier() and name.isascii() and not keyword.iskeyword(name) and not name.startswith("_")
        assert "__" not in name.rstrip("_") and len(name) <= MAX_CHARACTERS + 4
