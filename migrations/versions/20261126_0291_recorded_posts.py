"""Which posts stand in somebody's record."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_0291"
down_revision: str | None = "20261126_0290"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recorded_post",
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_recorded_post_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_recorded_post_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "post_id", name=op.f("pk_recorded_post")),
    )
    op.create_index(op.f("ix_recorded_post_post_id"), "recorded_post", ["post_id"], unique=False)


def downgrade() -> None:
    op.drop_table("recorded_post")
