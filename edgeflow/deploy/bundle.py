"""Bundles: what is deployed under one name, and its manifest."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from edgeflow.deploy.types import App, Bundle
from edgeflow.device.custom_operators import CustomOperators
from edgeflow.errors import UsageError
from edgeflow.model.types import Model
from edgeflow.wire.bundle import MANIFEST_BYTES, RESERVED

MANIFEST_SCHEMA = 1
GOLDEN_SEED = 2026
_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,63}")
MAX_VERSION = 2**31 - 1
_SHORT = 1000  # as many files still make a list that a person reads


def make_bundle(
    model: Model,
    *,
    name: str | None = None,
    version: int = 0,
    target: str | None = None,
    library: CustomOperators | None = None,
    app: App | None = None,
) -> Bundle:
    """Bundle a model; the name defaults to its file's stem. Raises UsageError for a name or version not to be used."""
    chosen = check_bundle_name(model.path.stem.lower() if name is None else name)
    if not 0 <= version <= MAX_VERSION:
        raise UsageError(f"version {version} is out of range", f"use 1 to {MAX_VERSION}, or 0 for unordered")
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Bundle(chosen, version, created, target, model, GOLDEN_SEED, library, app)


def check_bundle_name(name: str) -> str:
    """Return `name`, or raise UsageError when it cannot be a deployment's name."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a deployment's name", "give --name: 1 to 64 of a-z 0-9 . _ -, not starting with a dot"
        )
    if name in RESERVED:
        raise UsageError(f"the name {name!r} is taken by edgeflow itself on the device", "give another --name")
    return name


def manifest(bundle: Bundle) -> dict[str, Any]:
    """The manifest; `golden.seed` makes the inputs that the health check ran."""
    told: dict[str, Any] = {
        "schema": MANIFEST_SCHEMA,
        "name": bundle.name,
        "version": bundle.version,
        "created": bundle.created,
        "target": bundle.target,
        "runtime_min": None,
        "files": [
            {"path": file.path, "sha256": file.sha256, "bytes": file.bytes}
            | ({"executable": True} if file.executable else {})
            for file in bundle.files
        ],
        "golden": {"seed": bundle.golden_seed},
    }
    if bundle.app:
        told |= {"entry": list(bundle.app.entry), "up_s": bundle.app.up_s}
    return told


def manifest_json(bundle: Bundle) -> bytes:
    """The manifest's bytes. Raises UsageError when a device would take them for too many."""
    content = (json.dumps(manifest(bundle), indent=2 if len(bundle.files) < _SHORT else None) + "\n").encode("utf-8")
    if len(content) > MANIFEST_BYTES:
        raise UsageError(
            f"{bundle.name}: a manifest of {len(content) >> 20} MiB", "shorten the names in the application"
        )
    return content
