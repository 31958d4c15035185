"""The log has no index but the one that is read: a random key costs each entry a page of its own."""

from collections.abc import Sequence

from alembic import op

revision: str = "20261125_1000"
down_revision: str | None = "20261125_0800"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint("uq_event_public_id", type_="unique")


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_event_public_id", ["public_id"])
