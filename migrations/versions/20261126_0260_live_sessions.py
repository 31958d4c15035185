"""When a group meets, who comes and who was there, and notices of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0260"
down_revision: str | None = "20261126_0250"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "live_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("ends_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("agenda_html", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_html", sa.Text(), nullable=False),
        sa.Column("things", sa.JSON(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("sequence", ID, nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("reminded_for", app.db.UtcDateTime(), nullable=True),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("once", sa.String(length=36), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_live_session_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
            name=op.f("fk_live_session_created_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_session")),
        sa.UniqueConstraint("created_by_id", "once", name=op.f("uq_live_session_created_by_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_live_session_public_id")),
    )
    of_cohort = ["cohort_id", "starts_at", "id"]
    op.create_index("ix_live_session_cohort_id_starts_at_id", "live_session", of_cohort, unique=False)
    op.create_index(op.f("ix_live_session_starts_at"), "live_session", ["starts_at"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("session_id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("coming", sa.String(length=8), nullable=True),
        sa.Column("attended_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["live_session.id"],
            name=op.f("fk_attendance_session_id_live_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_attendance")),
    )
    op.create_index(op.f("ix_attendance_person_id"), "attendance", ["person_id"], unique=False)
    op.add_column("cohort", sa.Column("meets_until", app.db.UtcDateTime(), nullable=True))
    op.add_column("notice", sa.Column("session_id", ID, nullable=True))


def downgrade() -> None:
    op.drop_column("notice", "session_id")
    op.drop_column("cohort", "meets_until")
    op.drop_table("attendance")
    op.drop_table("live_session")
