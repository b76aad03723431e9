"""The tables of the result store; `migrations` makes them, here and in every database that was made before."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# One row a run. `document` is the whole JSON answer; the other columns repeat what is searched and listed.
RUNS = Table(
    "run",
    METADATA,
    Column("run_id", String(64), primary_key=True),
    Column("noun", String(32), nullable=False),
    Column("created", String(40), nullable=False),
    Column("model_name", Text, nullable=False),
    Column("model_sha256", String(64), nullable=False),
    Column("device", Text, nullable=False),
    Column("target", Text),
    Column("emulated", Boolean, nullable=False),
    Column("runtime", Text, nullable=False),
    Column("threads", Integer, nullable=False),
    Column("p50_us", Float),
    Column("instructions", BigInteger),
    Column("trusted", Boolean),
    Column("project_commit", String(64)),
    Column("project_changed", Boolean),
    Column("arguments", JSON),
    Column("document", JSON, nullable=False),
    Index(None, "created"),
    Index(None, "model_sha256"),
    Index(None, "device"),
)

TAGS = Table(
    "tag",
    METADATA,
    Column("run_id", String(64), ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Index(None, "tag"),
)
