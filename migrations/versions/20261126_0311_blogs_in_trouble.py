"""An index of the few blogs that cannot be read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261126_0311"
down_revision: str | None = "20261126_0310"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TROUBLED = sa.text("troubled_since IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_blog_troubled_since",
        "blog",
        ["troubled_since"],
        sqlite_where=TROUBLED,
        postgresql_where=TROUBLED,
    )


def downgrade() -> None:
    op.drop_index("ix_blog_troubled_since", table_name="blog")
