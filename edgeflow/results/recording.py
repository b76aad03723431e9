"""From an answer to a row of the store: what is searched, and the state of the user's project."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeflow.errors import UsageError
from edgeflow.results.store import Stored, check_tags

_GIT_S = 10
NOUNS = ("result", "validation")  # the answers that are kept: those of runs on a device


@dataclass(frozen=True)
class Project:
    """The commit of the folder a run was started in, and whether tracked files differ from it; None outside git."""

    commit: str | None
    changed: bool | None


def project_of(folder: Path) -> Project:
    """Ask git about a folder; nothing is known where there is no git or no commit yet."""
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return Project(None, None)
    status = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return Project(commit, None if status is None else bool(status))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=_GIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def to_stored(
    document: Mapping[str, Any],
    *,
    tags: tuple[str, ...] = (),
    project: Project = Project(None, None),
    arguments: Mapping[str, Any] | None = None,
    where: str = "run",
) -> Stored:
    """A JSON answer of bench or validate as a row. Raises UsageError where it is none of them."""
    schema = document.get("schema")
    noun = str(schema).removeprefix("edgeflow.").partition("/")[0]
    if noun not in NOUNS or schema != f"edgeflow.{noun}/1":
        raise UsageError(f"{where}: schema is {schema!r}, not one of a run", "give JSON of bench or validate")
    check_tags(tags)
    try:
        device, runtime = document["device"], document["runtime"]
        latency, counted = document.get("latency_us"), document.get("instructions")
        return Stored(
            run_id=_text(document["run_id"], 64),
            noun=noun,
            created=_text(document["created"], 40),
            model_name=_text(document["model"]["name"]),
            model_sha256=_text(document["model"]["sha256"], 64),
            device=_text(device["name"]),
            target=None if device["target"] is None else _text(device["target"]),
            emulated=bool(device["emulated"]),
            runtime=_text(runtime["name"]),
            threads=int(runtime["threads"]),
            p50_us=float(latency["p50"]) if latency else None,
            instructions=int(counted["per_invoke"]) if counted else None,
            trusted=document.get("trusted"),
            project_commit=project.commit,
            project_changed=project.changed,
            arguments=arguments,
            document=document,
            tags=tuple(sorted(set(tags))),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UsageError(f"{where}: damaged: {error!r}", "give the whole JSON that bench or validate printed") from None


def _text(value: object, limit: int = 1024) -> str:
    if not isinstance(value, str) or not value or len(value) > limit or "\0" in value:
        raise ValueError(f"{str(value)[:80]!r} where text of at most {limit} characters belongs")
    return value
