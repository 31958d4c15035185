"""Posts note the window they were saved in, and are found by enrolment and Thing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_2100"
down_revision: str | None = "20261123_1700"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_in", sa.String(length=36), nullable=True))
        batch_op.drop_index("ix_post_programme_thing")
        batch_op.create_index("ix_post_thing", ["enrolment_id", "thing_slug", "published_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index("ix_post_thing")
        batch_op.create_index(
            "ix_post_programme_thing", ["programme_slug", "thing_slug", "published_at"], unique=False
        )
        batch_op.drop_column("saved_in")
