"""Runs: which Things in what rhythm, learners' own dates, coaches' notes above Things, approval."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0200"
down_revision: str | None = "20261126_0190"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(
            sa.Column("time_zone", sa.String(length=40), nullable=False, server_default="Europe/Brussels")
        )
        batch.add_column(sa.Column("run", sa.Text(), nullable=True))
        batch.add_column(sa.Column("archived_at", app.db.UtcDateTime(), nullable=True))
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("timing", sa.Text(), nullable=True))
        batch.create_index("ix_enrolment_due", ["cohort_id", "due_on"])
    with op.batch_alter_table("thing_record") as batch:
        batch.add_column(sa.Column("approved_at", app.db.UtcDateTime(), nullable=True))
    op.create_table(
        "thing_note",
        sa.Column("cohort_id", ID, autoincrement=False, nullable=False),
        sa.Column("thing_slug", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("updated_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_thing_note_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_thing_note_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "thing_slug", name=op.f("pk_thing_note")),
    )


def downgrade() -> None:
    op.drop_table("thing_note")
    with op.batch_alter_table("thing_record", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_column("approved_at")
    with op.batch_alter_table("enrolment") as batch:
        batch.drop_index("ix_enrolment_due")
        batch.drop_column("timing")
        batch.drop_column("due_on")
    with op.batch_alter_table("cohort") as batch:
        batch.drop_column("archived_at")
        batch.drop_column("run")
        batch.drop_column("time_zone")
