"""The result store: runs as they were answered, found again by model, device and tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    create_engine,
    delete,
    event,
    exists,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.results.location import store_url
from edgeflow.results.schema import upgrade
from edgeflow.results.tables import RUNS, TAGS

_TAG_CHARACTERS = 64
_BUSY_S = 30.0


class StoreError(EdgeflowError):
    """The result store cannot be reached, read or written."""


@dataclass(frozen=True)
class Stored:
    """One run of the store. `document` is the JSON answer; `arguments` are what `replay` calls the verb with."""

    run_id: str
    noun: str
    created: str
    model_name: str
    model_sha256: str
    device: str
    target: str | None
    emulated: bool
    runtime: str
    threads: int
    p50_us: float | None
    instructions: int | None
    trusted: bool | None
    project_commit: str | None
    project_changed: bool | None
    arguments: Mapping[str, Any] | None
    document: Mapping[str, Any] = field(repr=False)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """What to list; None and () are anything. `model` is part of a name or the beginning of a digest."""

    model: str | None = None
    device: str | None = None
    noun: str | None = None
    tags: tuple[str, ...] = ()
    since: str | None = None
    limit: int | None = None


class Store:
    """An open store; close it, or use it as a context manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.url.render_as_string(hide_password=True)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def add(self, run: Stored) -> None:
        """Write one run. Raises StoreError; UsageError where that run is there already with other content."""
        try:
            with self._transaction() as connection:
                connection.execute(insert(RUNS).values(_row(run)))
                if run.tags:
                    connection.execute(insert(TAGS), [{"run_id": run.run_id, "tag": tag} for tag in run.tags])
        except IntegrityError:
            if self.get(run.run_id).document != run.document:
                raise UsageError(f"run {run.run_id} is in {self.name} with other content", "keep one of them") from None

    def get(self, run_id: str) -> Stored:
        """The run with this id or the only one whose id begins so. Raises UsageError."""
        wanted = _escaped(run_id)
        with self._transaction() as connection:
            query = select(RUNS).where(RUNS.c.run_id.like(f"{wanted}%", escape="\\")).order_by(RUNS.c.run_id).limit(2)
            rows = connection.execute(query).mappings().all()
            exact = [row for row in rows if row["run_id"] == run_id] or rows
            if len(exact) == 1 and run_id:
                return self._stored(connection, exact)[0]
        if not exact or not run_id:
            raise UsageError(f"{self.name} has no run {run_id!r}", "see edgeflow results list")
        raise UsageError(f"several runs begin with {run_id!r}", "give more of the id; see edgeflow results list")

    def find(self, query: Query = Query()) -> tuple[Stored, ...]:
        """Runs that match, the newest first."""
        with self._transaction() as connection:
            return self._stored(connection, connection.execute(_select(query)).mappings().all())

    def tag(self, run_id: str, tags: Sequence[str], *, remove: bool = False) -> Stored:
        """Add or remove tags of one run; returns it as it is then."""
        run = self.get(run_id)
        check_tags(tags)
        with self._transaction() as connection:
            connection.execute(delete(TAGS).where(TAGS.c.run_id == run.run_id, TAGS.c.tag.in_(tags)))
            if not remove:
                connection.execute(insert(TAGS), [{"run_id": run.run_id, "tag": tag} for tag in dict.fromkeys(tags)])
        return self.get(run.run_id)

    def _stored(self, connection: Connection, rows: Sequence[RowMapping]) -> tuple[Stored, ...]:
        tags: dict[str, list[str]] = {row["run_id"]: [] for row in rows}
        if tags:
            query = select(TAGS).where(TAGS.c.run_id.in_(tags))
            for run_id, tag in connection.execute(query):
                tags[run_id].append(tag)
        return tuple(Stored(**row, tags=tuple(sorted(tags[row["run_id"]]))) for row in rows)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise store_error(self.name, error) from None


def open_store(chosen: str | Path | None = None) -> Store:
    """Open the store named by a path or URL (default: see `store_url`), made or migrated where it must be.

    Raises UsageError for a URL that is none, StoreError where the database cannot be reached or written.
    """
    url = store_url(chosen)
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        arguments = {"timeout": _BUSY_S} if parsed.get_backend_name() == "sqlite" else {}
        engine = create_engine(parsed, connect_args=arguments)
    except (ArgumentError, NoSuchModuleError) as error:
        raise UsageError(f"no database URL: {error}", "give a path, or postgresql://user@host/database") from None
    except ModuleNotFoundError as error:
        raise StoreError(f"{error.name} is needed for this store", "pip install 'edgeflow[postgres]'") from None
    except OSError as error:
        raise StoreError(
            f"cannot make the folder of the result store: {error.strerror}: {error.filename}", _ELSEWHERE
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _as_sqlite_is_asked)
        event.listen(engine, "begin", _begin_to_write)
    store = Store(engine)
    try:
        with engine.begin() as connection:
            upgrade(connection)
    except DBAPIError as error:
        store.close()
        raise store_error(store.name, error) from None
    except BaseException:
        store.close()
        raise
    return store


_ELSEWHERE = "name another with --store or EDGEFLOW_RESULTS"


def store_error(name: str, error: DBAPIError) -> StoreError:
    """What a database's refusal is to a user."""
    words = " ".join(str(error.orig).split())
    return StoreError(f"the result store {name} failed: {words}", _ELSEWHERE)


def check_tags(tags: Sequence[str]) -> None:
    """Raises UsageError for a tag that is empty, too long or not printable."""
    for tag in tags:
        if not tag or len(tag) > _TAG_CHARACTERS or not tag.isprintable() or tag != tag.strip():
            raise UsageError(f"{tag!r} is no tag", f"a tag is 1 to {_TAG_CHARACTERS} printable characters")


def _as_sqlite_is_asked(connection: Any, _record: object) -> None:
    """SQLAlchemy begins transactions itself, which the driver would do later; foreign keys hold."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_to_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # two who would both write wait for each other from the start


def _row(run: Stored) -> dict[str, Any]:
    return {column.name: getattr(run, column.name) for column in RUNS.columns}


def _select(query: Query) -> Select[Any]:
    chosen = select(RUNS).order_by(RUNS.c.created.desc(), RUNS.c.run_id.desc())
    if query.model is not None:
        part = _escaped(query.model)
        named = RUNS.c.model_name.like(f"%{part}%", escape="\\")
        chosen = chosen.where(named | RUNS.c.model_sha256.like(f"{part}%", escape="\\"))
    if query.device is not None:
        chosen = chosen.where(RUNS.c.device == query.device)
    if query.noun is not None:
        chosen = chosen.where(RUNS.c.noun == query.noun)
    if query.since is not None:
        chosen = chosen.where(RUNS.c.created >= query.since)
    for tag in query.tags:
        chosen = chosen.where(exists().where(TAGS.c.run_id == RUNS.c.run_id, TAGS.c.tag == tag))
    return chosen.limit(query.limit) if query.limit is not None else chosen


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
