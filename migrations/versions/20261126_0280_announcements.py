"""What a group is told, who has read it, and notices of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0280"
down_revision: str | None = "20261126_0271"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("edited_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("taken_back_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_announcement_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_announcement_author_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("author_id", "once", name=op.f("uq_announcement_author_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcement_public_id")),
    )
    op.create_index(
        "ix_announcement_cohort_id_at_id", "announcement", ["cohort_id", "at", "id"], unique=False
    )
    op.create_table(
        "announcement_read",
        sa.Column("announcement_id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_read_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_announcement_read_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", "person_id", name=op.f("pk_announcement_read")),
    )
    op.create_index(op.f("ix_announcement_read_person_id"), "announcement_read", ["person_id"], unique=False)
    op.add_column("cohort", sa.Column("announced_at", app.db.UtcDateTime(), nullable=True))
    op.add_column("notice", sa.Column("announcement_id", ID, nullable=True))
    announced = sa.text("announcement_id IS NOT NULL")
    op.create_index(
        "ix_notice_announcement_id",
        "notice",
        ["announcement_id"],
        unique=False,
        sqlite_where=announced,
        postgresql_where=announced,
    )


def downgrade() -> None:
    op.drop_index("ix_notice_announcement_id", table_name="notice")
    op.drop_column("notice", "announcement_id")
    op.drop_column("cohort", "announced_at")
    op.drop_table("announcement_read")
    op.drop_table("announcement")
