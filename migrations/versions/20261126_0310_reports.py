"""Reports of a cohort, with what they are made of: who left it, and which run follows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0310"
down_revision: str | None = "20261126_0300"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DEPARTURES = sa.text("verb IN ('left', 'removed-learner')")


def upgrade() -> None:
    op.create_table(
        "report_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("made_by_id", ID, nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("once", sa.String(length=36), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_report_link_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_report_link_made_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_link")),
        sa.UniqueConstraint("made_by_id", "once", name=op.f("uq_report_link_made_by_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_link_public_id")),
    )
    op.create_index("ix_report_link_cohort_id_id", "report_link", ["cohort_id", "id"])
    op.create_table(
        "what_next",
        sa.Column("cohort_id", ID, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("updated_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_what_next_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_what_next_author_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("cohort_id", name=op.f("pk_what_next")),
    )
    op.create_index(op.f("ix_what_next_author_id"), "what_next", ["author_id"])
    op.create_index(
        "ix_event_departures",
        "event",
        ["object_id"],
        sqlite_where=DEPARTURES,
        postgresql_where=DEPARTURES,
    )
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(sa.Column("copied_from_id", ID, nullable=True))
        batch.create_foreign_key(
            op.f("fk_cohort_copied_from_id_cohort"),
            "cohort",
            ["copied_from_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_index(op.f("ix_cohort_copied_from_id"), ["copied_from_id"])


def downgrade() -> None:
    with op.batch_alter_table("cohort") as batch:
        batch.drop_index(op.f("ix_cohort_copied_from_id"))
        batch.drop_constraint(op.f("fk_cohort_copied_from_id_cohort"), type_="foreignkey")
        batch.drop_column("copied_from_id")
    op.drop_index("ix_event_departures", table_name="event")
    op.drop_table("what_next")
    op.drop_table("report_link")
