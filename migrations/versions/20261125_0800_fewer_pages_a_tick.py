"""A tick writes fewer pages: no unused index, and on SQLite one tree for a table that is its key."""

from collections.abc import Sequence

from alembic import op

revision: str = "20261125_0800"
down_revision: str | None = "20261125_0730"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEYS_ALONE = ("tick", "thing_record")


def upgrade() -> None:
    _rebuild(with_rowid=False)
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_actor_id")


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_actor_id", ["actor_id"], unique=False)
    _rebuild(with_rowid=True)


def _rebuild(*, with_rowid: bool) -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    for table in KEYS_ALONE:
        options = {"sqlite_with_rowid": with_rowid}
        with op.batch_alter_table(table, recreate="always", table_kwargs=options):
            pass
