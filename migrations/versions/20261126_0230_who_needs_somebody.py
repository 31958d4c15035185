"""Who needs a coach: on how many days somebody was active, thresholds, what was put off, and messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0230"
down_revision: str | None = "20261126_0220"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(sa.Column("attention", sa.Text(), nullable=True))
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(sa.Column("active_days", ID, nullable=False, server_default="1"))
    op.create_table(
        "put_off",
        sa.Column("coach_id", ID, autoincrement=False, nullable=False),
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("until", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["person.id"], name=op.f("fk_put_off_coach_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_put_off_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coach_id", "enrolment_id", "rule", name=op.f("pk_put_off")),
    )
    with op.batch_alter_table("put_off") as batch:
        batch.create_index(op.f("ix_put_off_enrolment_id"), ["enrolment_id"])
    op.create_table(
        "nudge",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("sender_id", ID, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_nudge_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_nudge_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["person.id"], name=op.f("fk_nudge_sender_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
        sa.UniqueConstraint("person_id", "once", name=op.f("uq_nudge_person_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_nudge_public_id")),
    )
    with op.batch_alter_table("nudge") as batch:
        batch.create_index("ix_nudge_person_id_at", ["person_id", "at"])
        batch.create_index(op.f("ix_nudge_enrolment_id"), ["enrolment_id"])
        batch.create_index(op.f("ix_nudge_sender_id"), ["sender_id"])


def downgrade() -> None:
    op.drop_table("nudge")
    op.drop_table("put_off")
    with op.batch_alter_table("enrolment") as batch:
        batch.drop_column("active_days")
    with op.batch_alter_table("cohort") as batch:
        batch.drop_column("attention")
