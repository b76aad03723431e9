"""Brings a database to the schema of this edgeflow."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from edgeflow.errors import UsageError

_FOLDER = Path(__file__).parent / "migrations"
_VERSION_TABLE = "edgeflow_schema"
_LOCK_KEY = 0x65646765  # of PostgreSQL's advisory lock, held while a schema changes


def newest() -> str:
    """The revision that this edgeflow writes: the last file of `migrations/versions`."""
    return max(path.stem.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def upgrade(connection: Connection) -> None:
    """Create or migrate the tables, in the connection's transaction, so that it is done whole or not at all.

    Raises UsageError where a newer edgeflow made the database.
    """
    if _revision(connection) == newest():
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    found = _revision(connection)
    if found is not None and found > newest():
        raise UsageError(
            f"the result store has schema {found}, this edgeflow knows up to {newest()}", "use a newer edgeflow"
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
    return None if found is None else str(found)
