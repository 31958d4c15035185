"""The coach's inbox: reviews of posts, promises of an answer, templates of answers, and talks that count."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0220"
down_revision: str | None = "20261126_0200"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = app.db.UtcDateTime()


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.add_column("post", sa.Column("asks_since", WHEN, nullable=True))
    op.add_column("cohort", sa.Column("reply_days", ID, nullable=True))
    op.add_column("cohort", sa.Column("reply_text", sa.String(length=400), nullable=True))
    added = {
        "cohort": sa.Column("reply_promise", sa.String(length=12), nullable=False, server_default="first"),
        "comment": sa.Column("by_coach", sa.Boolean(), nullable=False, server_default=sa.false()),
        "reaction": sa.Column("by_coach", sa.Boolean(), nullable=False, server_default=sa.false()),
    }
    for table, column in added.items():
        op.add_column(table, column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column.name, server_default=None)
    _make_reviews()
    _make_templates()
    _make_talks()
    _review_what_is_there()


def _make_reviews() -> None:
    op.create_table(
        "review",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("shared_at", WHEN, nullable=True),
        sa.Column("promised", sa.String(length=8), nullable=True),
        sa.Column("awaits_since", WHEN, nullable=True),
        sa.Column("read_at", WHEN, nullable=True),
        sa.Column("read_by_id", ID, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("claimed_by_id", ID, nullable=True),
        sa.Column("claimed_at", WHEN, nullable=True),
        sa.Column("another_look_at", WHEN, nullable=True),
        sa.Column("resubmitted_at", WHEN, nullable=True),
        sa.Column("approved_at", WHEN, nullable=True),
        sa.Column("judged_by_id", ID, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_review_{column}_{table}"), ondelete=rule
            )
            for column, table, rule in (
                ("post_id", "post", "CASCADE"),
                ("cohort_id", "cohort", "CASCADE"),
                ("enrolment_id", "enrolment", "CASCADE"),
                ("read_by_id", "person", "SET NULL"),
                ("claimed_by_id", "person", "SET NULL"),
                ("judged_by_id", "person", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("post_id", "cohort_id", name=op.f("pk_review")),
    )
    for name, columns, condition in (
        ("ix_review_shared", ["cohort_id", "shared_at", "post_id"], ""),
        ("ix_review_of", ["enrolment_id", "awaits_since"], ""),
        (op.f("ix_review_read_by_id"), ["read_by_id"], ""),
        (op.f("ix_review_judged_by_id"), ["judged_by_id"], ""),
        ("ix_review_waiting", ["cohort_id", "awaits_since", "post_id"], "awaits_since IS NOT NULL"),
        (
            "ix_review_unread",
            ["cohort_id", "shared_at", "post_id"],
            "read_at IS NULL AND awaits_since IS NULL",
        ),
        ("ix_review_answered", ["cohort_id", "answered_at", "post_id"], "answered_at IS NOT NULL"),
        ("ix_review_looked", ["cohort_id", "another_look_at", "post_id"], "another_look_at IS NOT NULL"),
        (
            "ix_review_claimed",
            ["claimed_by_id", "cohort_id", "claimed_at", "post_id"],
            "claimed_by_id IS NOT NULL",
        ),
    ):
        op.create_index(name, "review", columns, unique=False, **(_where(condition) if condition else {}))


def _make_templates() -> None:
    op.create_table(
        "answer_template",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        *(sa.Column(f"text_{language}", sa.Text(), nullable=False) for language in ("en", "nl", "fr")),
        sa.Column("once", sa.String(length=36), nullable=True),
        sa.Column("at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_answer_template_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
        sa.UniqueConstraint("public_id", name=op.f("uq_answer_template_public_id")),
        sa.UniqueConstraint("person_id", "once", name=op.f("uq_answer_template_person_id_once")),
    )


def _make_talks() -> None:
    op.create_table(
        "talk",
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("thing_slug", sa.String(length=80), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("confirmed_at", WHEN, nullable=True),
        sa.Column("declined_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_talk_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_talk_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "thing_slug", name=op.f("pk_talk")),
        sa.UniqueConstraint("public_id", name=op.f("uq_talk_public_id")),
    )
    op.create_index(op.f("ix_talk_by_id"), "talk", ["by_id"], unique=False)


def _review_what_is_there() -> None:
    """Nobody waits for what no group has promised: of what was written so far, that is a first post and a
    question, where no coach has answered or reacted."""
    for table, author in (("comment", "author_id"), ("reaction", "person_id")):
        op.execute(
            f"UPDATE {table} SET by_coach = true WHERE EXISTS (SELECT 1 FROM post"  # noqa: S608  ours
            " JOIN cohort_coach ON cohort_coach.cohort_id = post.cohort_id"
            f" WHERE post.id = {table}.post_id AND cohort_coach.person_id = {table}.{author}"
            f" AND post.author_id <> {table}.{author})"
        )
    op.execute("UPDATE post SET asks_since = published_at WHERE is_question AND cohort_id IS NOT NULL")
    op.execute(
        "INSERT INTO review (post_id, cohort_id, enrolment_id, shared_at, answered_at)"
        " SELECT id, cohort_id, enrolment_id, published_at, (SELECT max(comment.at) FROM comment"
        " WHERE comment.post_id = post.id AND comment.by_coach AND comment.deleted_at IS NULL)"
        " FROM post WHERE published_at IS NOT NULL AND cohort_id IS NOT NULL AND enrolment_id IS NOT NULL"
        " AND visibility IN ('coaches', 'cohort', 'members', 'public')"
    )
    reacted = (
        "(SELECT max(reaction.at) FROM reaction WHERE reaction.post_id = review.post_id AND reaction.by_coach"
        " AND reaction.comment_id IS NULL)"
    )
    op.execute(
        f"UPDATE review SET answered_at = {reacted}"  # noqa: S608  ours
        f" WHERE {reacted} IS NOT NULL AND (answered_at IS NULL OR answered_at < {reacted})"
    )
    op.execute("UPDATE review SET read_at = answered_at")
    op.execute(
        "UPDATE review SET promised = 'first' WHERE EXISTS (SELECT 1 FROM cohort_coach"
        " WHERE cohort_coach.cohort_id = review.cohort_id AND cohort_coach.ended_at IS NULL)"
        " AND shared_at >= (SELECT coalesce(joined_at, started_at) FROM enrolment"
        " WHERE enrolment.id = review.enrolment_id)"
        " AND NOT EXISTS (SELECT 1 FROM review AS other JOIN enrolment ON enrolment.id = other.enrolment_id"
        " WHERE other.enrolment_id = review.enrolment_id AND other.cohort_id = review.cohort_id"
        " AND other.shared_at >= coalesce(enrolment.joined_at, enrolment.started_at)"
        " AND (other.shared_at < review.shared_at"
        " OR (other.shared_at = review.shared_at AND other.post_id < review.post_id)))"
    )
    op.execute(
        "UPDATE review SET awaits_since = shared_at WHERE answered_at IS NULL AND EXISTS (SELECT 1 FROM post"
        " WHERE post.id = review.post_id AND post.deleted_at IS NULL AND post.hidden_at IS NULL"
        " AND (review.promised IS NOT NULL OR (post.asks_since IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM comment WHERE comment.post_id = post.id"
        " AND comment.accepted_at IS NOT NULL AND comment.deleted_at IS NULL))))"
    )


def downgrade() -> None:
    op.drop_table("talk")
    op.drop_table("answer_template")
    op.drop_table("review")
    for table, columns in (
        ("reaction", ["by_coach"]),
        ("comment", ["by_coach"]),
        ("cohort", ["reply_promise", "reply_days", "reply_text"]),
        ("post", ["asks_since"]),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
