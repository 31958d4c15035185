"""When people mean to learn."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0290"
down_revision: str | None = "20261126_0283"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("lead", ID, nullable=True),
        sa.Column("next_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("reminded_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("changed_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_plan_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_next_at"), "plan", ["next_at"], unique=False)


def downgrade() -> None:
    op.drop_table("plan")
