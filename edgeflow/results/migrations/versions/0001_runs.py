"""Runs and their tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("noun", sa.String(32), nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("emulated", sa.Boolean, nullable=False),
        sa.Column("runtime", sa.Text, nullable=False),
        sa.Column("threads", sa.Integer, nullable=False),
        sa.Column("p50_us", sa.Float),
        sa.Column("instructions", sa.BigInteger),
        sa.Column("trusted", sa.Boolean),
        sa.Column("project_commit", sa.String(64)),
        sa.Column("project_changed", sa.Boolean),
        sa.Column("arguments", sa.JSON),
        sa.Column("document", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_run"),
    )
    for column in ("created", "model_sha256", "device"):
        op.create_index(f"ix_run_{column}", "run", [column])
    op.create_table(
        "tag",
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_tag_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "tag", name="pk_tag"),
    )
    op.create_index("ix_tag_tag", "tag", ["tag"])
