"""The row of packs has a copy of the facts that they follow from."""

import json
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261125_0730"
down_revision: str | None = "20261125_0700"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MARKS = {"+drafted": "drafted_at", "+reflected": "reflected_at", "+complete": "completed_at"}
STATE = sa.table("progress_state", sa.column("enrolment_id"), sa.column("facts", sa.JSON))


def upgrade() -> None:
    with op.batch_alter_table("progress_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default=json.dumps({})))
    connection = op.get_bind()
    known: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in connection.execute(sa.text("SELECT * FROM thing_record")).mappings():
        marks = [mark for mark, column in MARKS.items() if record[column] is not None]
        known[record["enrolment_id"]][record["thing_slug"]] += marks
    ticks = sa.text("SELECT enrolment_id, thing_slug, activity_id FROM tick ORDER BY activity_id")
    for enrolment, thing, activity in connection.execute(ticks):
        known[enrolment][thing].append(activity)
    for enrolment, facts in known.items():
        connection.execute(sa.update(STATE).where(STATE.c.enrolment_id == enrolment).values(facts=facts))
    with op.batch_alter_table("progress_state", schema=None) as batch_op:
        batch_op.alter_column("facts", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("progress_state", schema=None) as batch_op:
        batch_op.drop_column("facts")
