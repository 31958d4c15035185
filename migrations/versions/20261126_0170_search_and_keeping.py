"""Search entries of posts, and what people keep."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

import app.db

revision: str = "20261126_0170"
down_revision: str | None = "20261126_0160"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FTS = """
CREATE VIRTUAL TABLE search_index USING fts5(
  words, content='search_entry', content_rowid='place', detail=none, columnsize=0,
  tokenize="ascii tokenchars '_-'"
)
"""
"""Words come without case, accents and endings: FTS5 only splits them at the spaces."""
ADD = "INSERT INTO search_index(rowid, words) VALUES (new.place, new.words);"
TAKE = "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.place, old.words);"


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("place", ID, nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("rules", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_search_entry_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("place", name=op.f("uq_search_entry_place")),
    )
    op.create_table(
        "search_word",
        sa.Column("circle", sa.String(length=24), nullable=False),
        sa.Column("word", app.db.SortKey(40), nullable=False),
        sa.PrimaryKeyConstraint("circle", "word", name=op.f("pk_search_word")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)"
        )
    else:
        op.execute(FTS)
        op.execute(f"CREATE TRIGGER search_entry_new AFTER INSERT ON search_entry BEGIN {ADD} END")
        op.execute(f"CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN {TAKE} END")
        op.execute(f"CREATE TRIGGER search_entry_other AFTER UPDATE ON search_entry BEGIN {TAKE} {ADD} END")
    _create_kept()


def _create_kept() -> None:
    op.create_table(
        "kept",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("programme_slug", sa.String(length=80), nullable=True),
        sa.Column("thing_slug", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.Column("removed_at", app.db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_kept_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_kept_post_id_post"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept")),
        sa.UniqueConstraint("person_id", "post_id", name=op.f("uq_kept_person_id_post_id")),
        sa.UniqueConstraint(
            "person_id",
            "programme_slug",
            "thing_slug",
            name=op.f("uq_kept_person_id_programme_slug_thing_slug"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_kept_public_id")),
    )
    op.create_index("ix_kept_person_id_at_id", "kept", ["person_id", "at", "id"], unique=False)
    op.create_index("ix_kept_post_id", "kept", ["post_id"], unique=False)


def downgrade() -> None:
    op.drop_table("kept")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_word")
    op.drop_table("search_entry")
