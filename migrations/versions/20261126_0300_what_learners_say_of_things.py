"""What learners say of the Things that they did, and of themselves."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0300"
down_revision: str | None = "20261126_0291"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "thing_answer",
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("thing_slug", sa.String(length=80), nullable=False),
        sa.Column("use", sa.String(length=8), nullable=True),
        sa.Column("line", sa.String(length=300), nullable=False),
        sa.Column("quotable", sa.Boolean(), nullable=False),
        sa.Column("minutes", ID, nullable=True),
        sa.Column("useful", ID, nullable=True),
        sa.Column("asked_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_thing_answer_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "thing_slug", name=op.f("pk_thing_answer")),
    )
    op.create_table(
        "self_rating",
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("moment", sa.String(length=8), nullable=False),
        sa.Column("dare", ID, nullable=True),
        sa.Column("help", ID, nullable=True),
        sa.Column("ask", ID, nullable=True),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_self_rating_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "moment", name=op.f("pk_self_rating")),
    )


def downgrade() -> None:
    op.drop_table("self_rating")
    op.drop_table("thing_answer")
