"""A name for coaches beside a pen name; a minimum of words in a cohort."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0135"
down_revision: str | None = "20261126_0130"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("real_name", sa.String(length=120), nullable=True))
    op.add_column("person", sa.Column("real_name_key", app.db.SortKey(length=240), nullable=True))
    op.add_column("cohort", sa.Column("minimum_words", ID, nullable=True))


def downgrade() -> None:
    op.drop_column("cohort", "minimum_words")
    op.drop_column("person", "real_name_key")
    op.drop_column("person", "real_name")
