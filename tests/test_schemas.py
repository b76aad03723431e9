"""Every JSON Schema in the package is valid, named after its file, and refuses what it does not know."""

from __future__ import annotations

import jsonschema
import pytest

from tests.schemas import FOLDER, SCHEMAS, check_answer


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_valid_and_closed(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    noun, _, version = name.removeprefix("edgeflow.").partition("/")
    assert version == "1" and (FOLDER / f"{noun}.schema.json").is_file()
    with pytest.raises(jsonschema.ValidationError):
        check_answer({"schema": name, "no such field": 1})
