"""Talk: replies, questions with an accepted answer, and reactions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0150"
down_revision: str | None = "20261126_0140"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("post", sa.Column("is_question", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.alter_column("is_question", server_default=None)
    op.create_index(
        "ix_post_questions",
        "post",
        ["cohort_id", "published_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_question = 1"),
        postgresql_where=sa.text("is_question"),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", ID, nullable=True))
        batch_op.add_column(sa.Column("accepted_at", app.db.UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_comment_parent_id_comment"), "comment", ["parent_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_comment_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_comment_author_id_at", ["author_id", "at", "id"], unique=False)
    op.create_index(
        "ix_comment_accepted", "comment", ["post_id"], unique=True, **_where("accepted_at IS NOT NULL")
    )
    op.create_table(
        "reaction",
        sa.Column("id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("comment_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comment.id"], name=op.f("fk_reaction_comment_id_comment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reaction_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_reaction_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
    )
    op.create_index(op.f("ix_reaction_person_id"), "reaction", ["person_id"], unique=False)
    op.create_index("ix_reaction_post_id_at", "reaction", ["post_id", "at"], unique=False)
    op.create_index(
        "ix_reaction_post",
        "reaction",
        ["post_id", "kind", "person_id"],
        unique=True,
        **_where("comment_id IS NULL"),
    )
    op.create_index(
        "ix_reaction_comment",
        "reaction",
        ["comment_id", "kind", "person_id"],
        unique=True,
        **_where("comment_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Replies become answers."""
    op.drop_table("reaction")
    op.drop_index("ix_comment_accepted", "comment")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_author_id_at")
        batch_op.drop_index(batch_op.f("ix_comment_parent_id"))
        batch_op.drop_constraint(batch_op.f("fk_comment_parent_id_comment"), type_="foreignkey")
        batch_op.drop_column("accepted_at")
        batch_op.drop_column("parent_id")
    op.drop_index("ix_post_questions", "post")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("is_question")
