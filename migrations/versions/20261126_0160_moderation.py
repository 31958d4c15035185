"""Texts can be reported and hidden; feeds have secret addresses; what is written about a Thing is a list."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0160"
down_revision: str | None = "20261126_0150"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MODERATION = sa.text("object_type = 'moderation'")
THING = ["programme_slug", "thing_slug", "visibility", "published_at", "id"]


def upgrade() -> None:
    for table in ("post", "comment"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("hidden_at", app.db.UtcDateTime(), nullable=True))
    op.create_index("ix_post_thing_visibility", "post", THING, unique=False)
    op.create_index(
        "ix_event_moderation",
        "event",
        ["id"],
        unique=False,
        sqlite_where=MODERATION,
        postgresql_where=MODERATION,
    )
    _create_feed_keys()
    _create_reports()
    _create_hidings()


def _create_feed_keys() -> None:
    op.create_table(
        "feed_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feed_key_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_key")),
        sa.UniqueConstraint("person_id", "path", name=op.f("uq_feed_key_person_id_path")),
        sa.UniqueConstraint("public_id", name=op.f("uq_feed_key_public_id")),
    )


def _create_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reporter_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=True),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("for_organizers", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("copy_title", sa.String(length=200), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        *_about_a_text("report"),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name=op.f("fk_report_reporter_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
        sa.UniqueConstraint("reporter_id", "about", name=op.f("uq_report_reporter_id_about")),
    )
    op.create_index("ix_report_queue", "report", ["for_organizers", "closed_at", "id"], unique=False)
    op.create_index(op.f("ix_report_post_id"), "report", ["post_id"], unique=False)
    op.create_index(op.f("ix_report_about"), "report", ["about"], unique=False)


def _create_hidings() -> None:
    op.create_table(
        "hiding",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=True),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("by_organizer", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("lifted_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("copy_title", sa.String(length=200), nullable=False),
        sa.Column("copy", sa.Text(), nullable=False),
        sa.Column("appealed_at", app.db.UtcDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decided_at", app.db.UtcDateTime(), nullable=True),
        *_about_a_text("hiding"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_hiding_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hiding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hiding_public_id")),
    )
    op.create_index("ix_hiding_post_id_lifted_at", "hiding", ["post_id", "lifted_at"], unique=False)
    op.create_index("ix_hiding_appeals", "hiding", ["decided_at", "appealed_at", "id"], unique=False)


def _about_a_text(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f(f"fk_{table}_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f(f"fk_{table}_comment_id_comment"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for table in ("hiding", "report", "feed_key"):
        op.drop_table(table)
    op.drop_index("ix_event_moderation", table_name="event")
    op.drop_index("ix_post_thing_visibility", table_name="post")
    for table in ("comment", "post"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("hidden_at")
