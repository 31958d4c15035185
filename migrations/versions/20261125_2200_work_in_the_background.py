"""Jobs, schedules and the outbox; links that are mailed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261125_2200"
down_revision: str | None = "20261125_1000"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALIVE = sa.text("died_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("priority", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("due_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("lease", sa.String(length=12), nullable=True),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("died_at", app.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    waiting = {"sqlite_where": ALIVE, "postgresql_where": ALIVE}
    op.create_index("ix_job_priority_due_at_id", "job", ["priority", "due_at", "id"], unique=False, **waiting)
    op.create_index("uq_job_key", "job", ["key"], unique=True, **waiting)
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("cron", sa.String(length=60), nullable=False),
        sa.Column("next_at", app.db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )
    op.create_table(
        "mail",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("letter", sa.String(length=40), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("sent_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", app.db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("once", name=op.f("uq_mail_once")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_public_id")),
    )
    op.create_index("ix_mail_ended_at", "mail", ["ended_at"], unique=False)
    op.create_index(op.f("ix_mail_person_id"), "mail", ["person_id"], unique=False)
    op.create_table(
        "address_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("email", app.db.EmailAddress(length=254), nullable=False),
        sa.Column("replaced", app.db.EmailAddress(length=254), nullable=True),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", app.db.UtcDateTime(), nullable=False),
        sa.Column("used_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_address_link_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_link")),
        sa.UniqueConstraint("public_id", name=op.f("uq_address_link_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_address_link_token_hash")),
    )
    op.create_index(op.f("ix_address_link_person_id"), "address_link", ["person_id"], unique=False)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email_verified_at", app.db.UtcDateTime(), nullable=True))
    with op.batch_alter_table("reset_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false()))
    _name_the_links()
    with op.batch_alter_table("reset_link", schema=None) as batch_op:
        batch_op.alter_column("public_id", existing_type=sa.String(length=12), nullable=False)
        batch_op.alter_column("mailed", existing_type=sa.Boolean(), server_default=None)
        batch_op.create_unique_constraint(op.f("uq_reset_link_public_id"), ["public_id"])


def _name_the_links() -> None:
    links = sa.table("reset_link", sa.column("id", sa.Integer), sa.column("public_id", sa.String))
    connection = op.get_bind()
    for (link_id,) in connection.execute(sa.select(links.c.id)).all():
        named = sa.update(links).where(links.c.id == link_id).values(public_id=app.db.new_public_id())
        connection.execute(named)


def downgrade() -> None:
    with op.batch_alter_table("reset_link", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_reset_link_public_id"), type_="unique")
        batch_op.drop_column("mailed")
        batch_op.drop_column("public_id")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("email_verified_at")
    for table in ("address_link", "mail", "schedule", "job"):
        op.drop_table(table)
