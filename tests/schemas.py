"""Checks a --json answer against the JSON Schema that its `schema` field names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

import edgeflow.results

FOLDER = Path(edgeflow.results.__file__).parent / "schemas"
SCHEMAS = {schema["$id"]: schema for schema in (json.loads(p.read_text()) for p in FOLDER.glob("*.schema.json"))}
_REGISTRY: Registry[Any] = Registry().with_resources((name, Resource.from_contents(s)) for name, s in SCHEMAS.items())


def check_answer(answer: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError, or KeyError where no schema has that name."""
    schema = SCHEMAS[answer["schema"]]
    jsonschema.Draft202012Validator(schema, registry=_REGISTRY).validate(answer)
