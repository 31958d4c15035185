"""Joining a group by approval, and by an invitation that is mailed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0240"
down_revision: str | None = "20261126_0230"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("cohort") as batch:
        batch.add_column(sa.Column("joining", sa.String(length=12), nullable=False, server_default="code"))
    op.create_table(
        "join_request",
        sa.Column("cohort_id", ID, autoincrement=False, nullable=False),
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("asked_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_join_request_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_join_request_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_join_request")),
    )
    with op.batch_alter_table("join_request") as batch:
        batch.create_index(op.f("ix_join_request_person_id"), ["person_id"])
    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("invited_by_id", ID, nullable=True),
        sa.Column("email", app.db.EmailAddress(254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("invited_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("letters", ID, nullable=False),
        sa.Column("mailed_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("used_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_invitation_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"],
            ["person.id"],
            name=op.f("fk_invitation_invited_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("cohort_id", "email", name=op.f("uq_invitation_cohort_id_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation") as batch:
        batch.create_index(op.f("ix_invitation_cohort_id_id"), ["cohort_id", "id"])
        batch.create_index(op.f("ix_invitation_invited_at"), ["invited_at"])
        batch.create_index(op.f("ix_invitation_invited_by_id"), ["invited_by_id"])


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("join_request")
    with op.batch_alter_table("cohort") as batch:
        batch.drop_column("joining")
