"""An index by which a post is known to be the first that a learner shared in a group."""

from collections.abc import Sequence

from alembic import op

revision: str = "20261126_0312"
down_revision: str | None = "20261126_0311"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_review_first", "review", ["enrolment_id", "cohort_id", "shared_at", "post_id"])


def downgrade() -> None:
    op.drop_index("ix_review_first", table_name="review")
