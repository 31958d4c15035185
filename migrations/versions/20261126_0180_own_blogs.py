"""Learners' own blogs, and where a post that was read there stands."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0180"
down_revision: str | None = "20261126_0170"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = app.db.UtcDateTime()


def upgrade() -> None:
    op.add_column("post", sa.Column("source_url", sa.String(length=1000), nullable=True))
    op.create_table(
        "blog",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("enrolment_id", ID, nullable=True),
        sa.Column("proposed_by_id", ID, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("feed_url", sa.String(length=1000), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("takes", sa.String(length=12), nullable=False),
        sa.Column("takes_from", MOMENT, nullable=True),
        sa.Column("full_text", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_due_at", MOMENT, nullable=False),
        sa.Column("busy_until", MOMENT, nullable=True),
        sa.Column("etag", sa.String(length=300), nullable=False),
        sa.Column("last_modified", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("moved_to", sa.String(length=1000), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("new_posts", ID, nullable=False),
        sa.Column("newest_at", MOMENT, nullable=True),
        sa.Column("failures", ID, nullable=False),
        sa.Column("trouble", sa.String(length=12), nullable=True),
        sa.Column("status", ID, nullable=True),
        sa.Column("troubled_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_blog_enrolment_id_enrolment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_blog_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_blog_proposed_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog")),
        sa.UniqueConstraint("person_id", name=op.f("uq_blog_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_blog_public_id")),
    )
    op.create_index("ix_blog_enrolment_id", "blog", ["enrolment_id"], unique=False)
    op.create_index("ix_blog_host_busy_until", "blog", ["host", "busy_until"], unique=False)
    op.create_index("ix_blog_state_next_due_at_id", "blog", ["state", "next_due_at", "id"], unique=False)
    op.create_table(
        "blog_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("blog_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("thing_slug", sa.String(length=80), nullable=True),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["blog_id"], ["blog.id"], name=op.f("fk_blog_entry_blog_id_blog"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_blog_entry_post_id_post"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blog_entry")),
        sa.UniqueConstraint("blog_id", "key", name=op.f("uq_blog_entry_blog_id_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_blog_entry_public_id")),
    )
    op.create_index("ix_blog_entry_post_id", "blog_entry", ["post_id"], unique=False)
    op.create_index("ix_blog_entry_blog_id_url_key", "blog_entry", ["blog_id", "url_key"], unique=False)
    op.create_index(
        "ix_blog_entry_blog_id_published_at_id", "blog_entry", ["blog_id", "published_at", "id"], unique=False
    )


def downgrade() -> None:
    """What was read elsewhere goes, rather than stay as if it had been written here."""
    op.drop_table("blog_entry")
    op.drop_table("blog")
    op.execute("DELETE FROM comment WHERE post_id IN (SELECT id FROM post WHERE source_url IS NOT NULL)")
    op.execute("DELETE FROM post WHERE source_url IS NOT NULL")
    with op.batch_alter_table("post") as post:
        post.drop_column("source_url")
