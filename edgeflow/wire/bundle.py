"""What host and device must agree on about a bundle: names of its files, and what makes two bundles the same."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any, Mapping

MODEL, LIBRARY, MANIFEST, SIGNATURE = "model.tflite", "custom-operators.so", "manifest.json", "manifest.json.sig"
APP = "app/"
RESERVED = frozenset({"agent", "cache", "io", "litert", "python", "venv"})  # no names: edgeflow's own folders
APP_FAILED = "the application: "  # begins a refusal that says how it failed after the switch, which is undone
MAX_FILES = 65536
MAX_APP_BYTES = 1 << 30
MANIFEST_BYTES = 16 << 20
_PATH_BYTES, _PART_BYTES = 1024, 255


def identity(manifest: Mapping[str, Any]) -> bytes:
    """SHA-256 over what a release consists of and how it is started; not over when, or for which version, it was made.

    Raises KeyError or TypeError for what is no manifest.
    """
    files = sorted([entry["path"], entry["sha256"], bool(entry.get("executable"))] for entry in manifest["files"])
    same = json.dumps([files, manifest.get("entry"), manifest.get("up_s")], ensure_ascii=True)
    return hashlib.sha256(same.encode("ascii")).digest()


def path_reason(path: str) -> str:
    """Why an application's file cannot have this path below the release; empty when it can."""
    if not path.startswith(APP):
        return "it does not lie in app/"
    try:
        raw = path.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in path):
        return "its name has control characters"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "its name leads elsewhere"
    if len(raw) > _PATH_BYTES or any(len(part.encode("utf-8")) > _PART_BYTES for part in parts):
        return "its name is too long"
    return ""
