"""Mentors, and posts that their writers share with them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0271"
down_revision: str | None = "20261126_0270"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mentorship",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("asked_id", ID, nullable=True),
        sa.Column("mentor_id", ID, nullable=True),
        sa.Column("shows_tiles", sa.Boolean(), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_mentorship_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asked_id"], ["person.id"], name=op.f("fk_mentorship_asked_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["person.id"], name=op.f("fk_mentorship_mentor_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentorship")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mentorship_public_id")),
    )
    op.create_index(
        "uq_mentorship_open",
        "mentorship",
        ["enrolment_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_mentorship_asked_id"), "mentorship", ["asked_id"], unique=False)
    op.create_index(op.f("ix_mentorship_mentor_id"), "mentorship", ["mentor_id"], unique=False)
    op.create_index(op.f("ix_mentorship_enrolment_id"), "mentorship", ["enrolment_id"], unique=False)
    with op.batch_alter_table("post") as batch:
        batch.add_column(sa.Column("mentorship_id", ID, nullable=True))
        batch.create_foreign_key(
            op.f("fk_post_mentorship_id_mentorship"),
            "mentorship",
            ["mentorship_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_index(
        "ix_post_mentorship_id_published_at", "post", ["mentorship_id", "published_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_post_mentorship_id_published_at", "post")
    with op.batch_alter_table("post") as batch:
        batch.drop_constraint(op.f("fk_post_mentorship_id_mentorship"), type_="foreignkey")
        batch.drop_column("mentorship_id")
    op.drop_table("mentorship")
