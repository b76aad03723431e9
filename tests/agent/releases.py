"""Releases with applications, laid down by hand as an agent would."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIRST, SECOND = "20260101T000000Z-00000001", "20260101T000000Z-00000002"


def entry(path: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), **more}


def lay(folder: Path, release: str, script: str | None, up_s: float = 0.0) -> None:
    """A release of a deployment whose application is a Python script, or that has none."""
    place = folder / "releases" / release
    place.mkdir(parents=True)
    (folder / "incoming").mkdir(exist_ok=True)
    files = [entry("model.tflite", b"model")]
    (place / "model.tflite").write_bytes(b"model")
    manifest: dict[str, Any] = {"name": folder.name, "files": files}
    if script is not None:
        (place / "app").mkdir()
        (place / "app" / "main.py").write_text(script)
        files.append(entry("app/main.py", script.encode()))
        manifest |= {"entry": ["python3", "main.py"], "up_s": up_s}
    (place / "manifest.json").write_text(json.dumps(manifest))


def make_current(folder: Path, release: str, name: str = "current") -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(f"releases/{release}")


def current(folder: Path) -> str:
    return (folder / "current").readlink().name


def wait_for(what: Callable[[], Any], within_s: float = 30.0) -> Any:
    """What `what` gives as soon as it gives something."""
    ends = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)
    return found
