"""What coaches note about a learner, for each other."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0281"
down_revision: str | None = "20261126_0280"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "coach_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("edited_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_coach_note_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_coach_note_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_coach_note_author_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach_note")),
        sa.UniqueConstraint("author_id", "once", name=op.f("uq_coach_note_author_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_coach_note_public_id")),
    )
    op.create_index("ix_coach_note_enrolment_id_at", "coach_note", ["enrolment_id", "at"], unique=False)
    op.create_index(op.f("ix_coach_note_cohort_id"), "coach_note", ["cohort_id"], unique=False)


def downgrade() -> None:
    op.drop_table("coach_note")
