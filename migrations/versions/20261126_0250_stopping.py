"""Stopping by one's own choice."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0250"
down_revision: str | None = "20261126_0240"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(sa.Column("stopped_at", app.db.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("enrolment") as batch:
        batch.drop_column("stopped_at")
