"""Notices: what happened that somebody wants to hear of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0130"
down_revision: str | None = "20261125_2330"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("comment_id", ID, nullable=True),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("read_at", app.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "once", name=op.f("uq_notice_person_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_public_id")),
    )
    op.create_index("ix_notice_person_id_at_id", "notice", ["person_id", "at", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("notice")
