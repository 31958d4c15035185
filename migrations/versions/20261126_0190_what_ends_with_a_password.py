"""When a password changed, and which addresses of journals are taken for good."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0190"
down_revision: str | None = "20261126_0180"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("password_changed_at", app.db.UtcDateTime(), nullable=True))
    op.create_table(
        "retired_handle",
        sa.Column("handle", sa.String(length=60), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_retired_handle_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_retired_handle")),
    )
    op.create_index(op.f("ix_retired_handle_person_id"), "retired_handle", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("retired_handle")
    op.drop_column("person", "password_changed_at")
