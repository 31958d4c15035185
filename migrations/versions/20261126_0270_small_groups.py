"""Small groups of learners, and buddies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0270"
down_revision: str | None = "20261126_0260"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pod",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", app.db.SortKey(length=60), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("once", sa.String(length=40), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_pod_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_pod_created_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pod")),
        sa.UniqueConstraint("cohort_id", "name_key", name=op.f("uq_pod_cohort_id_name_key")),
        sa.UniqueConstraint("created_by_id", "once", name=op.f("uq_pod_created_by_id_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pod_public_id")),
    )
    with op.batch_alter_table("enrolment") as batch:
        batch.add_column(sa.Column("pod_id", ID, nullable=True))
        batch.add_column(sa.Column("buddies", sa.String(length=12), nullable=True))
        batch.create_foreign_key(
            op.f("fk_enrolment_pod_id_pod"), "pod", ["pod_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(op.f("ix_enrolment_pod_id"), "enrolment", ["pod_id"], unique=False)
    op.create_index("ix_enrolment_buddies", "enrolment", ["buddies"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_enrolment_buddies", "enrolment")
    op.drop_index(op.f("ix_enrolment_pod_id"), "enrolment")
    with op.batch_alter_table("enrolment") as batch:
        batch.drop_constraint(op.f("fk_enrolment_pod_id_pod"), type_="foreignkey")
        batch.drop_column("buddies")
        batch.drop_column("pod_id")
    op.drop_table("pod")
