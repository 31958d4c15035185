"""A coach and a learner find a time to talk, say what about, and keep what they agreed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0282"
down_revision: str | None = "20261126_0281"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.Column("minutes", ID, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("starts_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("ends_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_html", sa.Text(), nullable=False),
        sa.Column("sequence", ID, nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_conversation_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_conversation_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["person.id"], name=op.f("fk_conversation_coach_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["person.id"],
            name=op.f("fk_conversation_created_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("created_by_id", "once", name=op.f("uq_conversation_created_by_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conversation_public_id")),
    )
    for columns in (("enrolment_id", "changed_at"), ("cohort_id", "state"), ("coach_id", "starts_at")):
        op.create_index(f"ix_conversation_{'_'.join(columns)}", "conversation", list(columns), unique=False)
    _lines("agenda_point")
    _lines(
        "agreed_action",
        sa.Column("by_learner", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", app.db.UtcDateTime(), nullable=True),
    )


def _lines(table: str, *columns: sa.Column) -> None:
    """A table of what belongs to a conversation."""
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("words", sa.String(length=400), nullable=False),
        *columns,
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f(f"fk_{table}_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f(f"fk_{table}_author_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("conversation_id", "once", name=op.f(f"uq_{table}_conversation_id_once")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index(op.f(f"ix_{table}_author_id"), table, ["author_id"], unique=False)


def downgrade() -> None:
    op.drop_table("agreed_action")
    op.drop_table("agenda_point")
    op.drop_table("conversation")
