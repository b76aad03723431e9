"""The public verbs on the result store: list, show, tag, export and import runs; and how a verb records one."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.files import write_whole
from edgeflow.results.export import FOLDERS, FORMATS, render
from edgeflow.results.recording import NOUNS, Project, project_of, to_stored
from edgeflow.results.store import Query, Store, Stored, open_store

_log = logging.getLogger(__name__)
_SCHEMA = "edgeflow.runs/1"
_FILE_BYTES_MAX = 1 << 30


@dataclass(frozen=True)
class Imported:
    """Run ids that were added, and those that were there already."""

    added: tuple[str, ...]
    present: tuple[str, ...]


def list_results(
    *,
    model: str | None = None,
    device: str | None = None,
    noun: str | None = None,
    tags: Sequence[str] = (),
    since: str | None = None,
    limit: int | None = None,
    store: str | Path | None = None,
) -> tuple[Stored, ...]:
    """Runs of the store, the newest first; see Query. Raises StoreError."""
    if noun is not None and noun not in NOUNS:
        raise UsageError(f"no kind of run: {noun!r}", f"kinds are {', '.join(NOUNS)}")
    with open_store(store) as opened:
        return opened.find(Query(model, device, noun, tuple(tags), since, limit))


def show_result(run: str, *, store: str | Path | None = None) -> Stored:
    """One run by its id or the beginning of it, or `last`. Raises UsageError, StoreError."""
    with open_store(store) as opened:
        return find_run(opened, run)


def tag_result(run: str, tags: Sequence[str], *, remove: bool = False, store: str | Path | None = None) -> Stored:
    """Add tags to a run, or remove them. Raises UsageError, StoreError."""
    with open_store(store) as opened:
        return opened.tag(find_run(opened, run).run_id, tags, remove=remove)


def find_run(store: Store, run: str) -> Stored:
    """A run by its id, the beginning of it, `last`, or `tag:NAME` for the newest with a tag."""
    if run == "last" or run.startswith("tag:"):
        tags = () if run == "last" else (run.removeprefix("tag:"),)
        found = store.find(Query(tags=tags, limit=1))
        if not found:
            raise UsageError(
                f"{store.name} has no run{f' tagged {tags[0]!r}' if tags else ''}", "see edgeflow results list"
            )
        return found[0]
    return store.get(run)


def import_results(
    files: Sequence[Path | str], *, tags: Sequence[str] = (), store: str | Path | None = None
) -> Imported:
    """Add the runs of JSON files: what `results export` wrote, or what bench or validate printed.

    Every file is read before the store is touched. A run that is there already is left as it is.
    """
    runs = [replace(run, tags=(*run.tags, *tags)) for file in files for run in read_runs(Path(file))]
    added: list[str] = []
    present: list[str] = []
    with open_store(store) as opened:
        known = {run.run_id for run in opened.find()}
        for run in runs:
            (present if run.run_id in known else added).append(run.run_id)
            opened.add(run)
            known.add(run.run_id)
    return Imported(tuple(added), tuple(present))


def export_results(
    runs: Sequence[str] = (),
    *,
    model: str | None = None,
    device: str | None = None,
    noun: str | None = None,
    tags: Sequence[str] = (),
    since: str | None = None,
    limit: int | None = None,
    format_name: str = "json",
    path: Path | str | None = None,
    store: str | Path | None = None,
) -> Mapping[str, bytes]:
    """Runs by id, or all that match, in a format of `results.export`, or `json` that `import_results` reads.

    Returns the files by relative path, and writes them to `path`: a file, or a new folder for formats that are one.
    Raises UsageError, StoreError.
    """
    if format_name != "json" and format_name not in FORMATS:
        raise UsageError(f"no format {format_name!r}", f"formats are json, {', '.join(FORMATS)}")
    if path is None and format_name in FOLDERS:
        raise UsageError(f"{format_name} is a folder", "say where with --output")
    with open_store(store) as opened:
        if runs:
            chosen: Sequence[Stored] = [find_run(opened, run) for run in runs]
        else:
            chosen = opened.find(Query(model, device, noun, tuple(tags), since, limit))
    if not chosen:
        raise UsageError("no run matches", "see edgeflow results list")
    if format_name == "json":
        files: Mapping[str, bytes] = {
            "json": (json.dumps(runs_answer(chosen), indent=2, allow_nan=False) + "\n").encode()
        }
    else:
        files = render(format_name, chosen)
    if path is not None:
        _write(Path(path), files, folder=format_name in FOLDERS)
    return files


def _write(path: Path, files: Mapping[str, bytes], *, folder: bool) -> None:
    try:
        if not folder:
            (content,) = files.values()
            write_whole(path, content)
            return
        if path.exists():
            raise UsageError(f"{path} exists", "name a folder that does not")
        part = path.with_name(f".{path.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        for name, content in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(content)
        part.rename(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "name another place with --output") from None


def runs_answer(runs: Sequence[Stored], *, documents: bool = True) -> dict[str, Any]:
    """The `edgeflow.runs/1` answer."""
    return {"schema": _SCHEMA, "runs": [stored_answer(run, document=documents) for run in runs]}


def stored_answer(run: Stored, *, document: bool = True) -> dict[str, Any]:
    """One run of it; without `document` only what lists show."""
    answer = asdict(run) | {"tags": list(run.tags)}
    return answer if document else {name: value for name, value in answer.items() if name != "document"}


def read_runs(path: Path) -> list[Stored]:
    """Runs of a JSON file. Raises UsageError for anything else."""
    try:
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise UsageError(f"{path}: larger than 1 GiB", "export fewer runs")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", "give JSON that results export, bench or validate wrote"
        ) from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: no JSON", "give JSON that results export, bench or validate wrote") from None
    if isinstance(content, Mapping) and content.get("schema") == _SCHEMA:
        rows = content.get("runs")
        if not isinstance(rows, list):
            raise UsageError(f"{path}: no runs in it", "export it again")
        return [_restored(row, f"{path}: run {number}") for number, row in enumerate(rows)]
    documents = content if isinstance(content, list) else [content]
    for number, document in enumerate(documents):
        if not isinstance(document, Mapping):
            raise UsageError(f"{path}: item {number} is no run", "give JSON of results export, bench or validate")
    return [to_stored(document, where=str(path)) for document in documents]


def _restored(row: object, where: str) -> Stored:
    if not isinstance(row, Mapping) or not isinstance(row.get("document"), Mapping):
        raise UsageError(f"{where}: no document in it", "export it again")
    tags, commit, changed = row.get("tags", []), row.get("project_commit"), row.get("project_changed")
    sound = isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)
    if (
        not sound
        or not (commit is None or isinstance(commit, str))
        or not (changed is None or isinstance(changed, bool))
    ):
        raise UsageError(f"{where}: damaged tags or commit", "export it again")
    arguments = row.get("arguments")
    project = Project(commit, changed)
    kept = arguments if isinstance(arguments, Mapping) else None
    return to_stored(row["document"], tags=tuple(tags), project=project, arguments=kept, where=where)


def record(
    document: Mapping[str, Any],
    arguments: Mapping[str, Any] | None = None,
    *,
    tags: Sequence[str] = (),
    store: str | Path | None = None,
) -> None:
    """Keep a run that was just made, with the commit of the project in the current folder.

    A measurement is worth more than its record: a store that fails is a warning of the log, unless the caller named
    the store; then StoreError or UsageError is raised.
    """
    try:
        kept = to_stored(document, tags=tuple(tags), project=project_of(Path.cwd()), arguments=arguments)
        with open_store(store) as opened:
            opened.add(kept)
    except EdgeflowError as error:
        if store is not None:
            raise
        _log.warning("the run is not in the result store: %s", error.message)
