"""Mail of notices: how often somebody wants it, what was mailed, and the language that they last read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0140"
down_revision: str | None = "20261126_0135"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("person_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_mail",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("once", sa.String(length=40), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("posts_from", app.db.UtcDateTime(), nullable=True),
        sa.Column("posts_until", app.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_mail")),
        sa.UniqueConstraint("person_id", "once", name=op.f("uq_notice_mail_person_id_once")),
    )
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("mail_id", ID, nullable=True))
        batch.create_index("ix_notice_mail_id", ["mail_id"])
        batch.create_index(
            "ix_notice_unread", ["person_id", "at"], sqlite_where=UNREAD, postgresql_where=UNREAD
        )
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("last_language", sa.String(length=8), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.drop_column("last_language")
    with op.batch_alter_table("notice") as batch:
        batch.drop_index("ix_notice_unread")
        batch.drop_index("ix_notice_mail_id")
        batch.drop_column("mail_id")
    op.drop_table("notice_mail")
    op.drop_table("notice_choice")
