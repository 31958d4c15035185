"""Lines that stay out of a cohort's report though they may be quoted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_0320"
down_revision: str | None = "20261126_0312"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "left_out_quote",
        sa.Column("cohort_id", ID, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_left_out_quote_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "fingerprint", name=op.f("pk_left_out_quote")),
    )


def downgrade() -> None:
    op.drop_table("left_out_quote")
