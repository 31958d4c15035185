"""What coaches tick by hand of the list before the start."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0283"
down_revision: str | None = "20261126_0282"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "coach_check",
        sa.Column("cohort_id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("item", sa.String(length=12), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_coach_check_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_coach_check_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", "item", name=op.f("pk_coach_check")),
    )
    op.create_index(op.f("ix_coach_check_person_id"), "coach_check", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("coach_check")
