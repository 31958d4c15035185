"""Answers that are told by fives stay as they were told."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261126_0321"
down_revision: str | None = "20261126_0320"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("value IS NOT NULL")
FEWEST = 5
WHOSE = ("organization_id", "programme_slug", "cohort_id", "thing_slug", "question")
GIVEN = """
SELECT
  person.organization_id, enrolment.programme_slug, enrolment.cohort_id, enrolment.id AS enrolment_id,
  {columns}
FROM enrolment JOIN person ON person.id = enrolment.person_id
"""
ABOUT_THINGS = (
    GIVEN
    + """
JOIN thing_answer ON thing_answer.enrolment_id = enrolment.id
WHERE thing_answer.{question} IS NOT NULL
"""
)
ABOUT_ONESELF = (
    GIVEN
    + """
JOIN self_rating first ON first.enrolment_id = enrolment.id AND first.moment = 'start'
JOIN self_rating last ON last.enrolment_id = enrolment.id AND last.moment = 'end'
WHERE first.{question} IS NOT NULL AND last.{question} IS NOT NULL
"""
)


def upgrade() -> None:
    ballot = op.create_table(
        "ballot",
        sa.Column("enrolment_id", ID, autoincrement=False, nullable=False),
        sa.Column("thing_slug", sa.String(length=80), nullable=False),
        sa.Column("question", sa.String(length=8), nullable=False),
        *_whose(),
        sa.Column("value", ID, nullable=True),
        sa.Column("before", ID, nullable=True),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        *_references("ballot"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_ballot_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "thing_slug", "question", name=op.f("pk_ballot")),
    )
    told = op.create_table(
        "told_answer",
        sa.Column("id", ID, nullable=False),
        *_whose(),
        sa.Column("thing_slug", sa.String(length=80), nullable=False),
        sa.Column("question", sa.String(length=8), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.Column("before", ID, nullable=True),
        *_references("told_answer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_answer")),
    )
    for table in ("ballot", "told_answer"):
        op.create_index(f"ix_{table}_cohort_id", table, ["cohort_id"])
        op.create_index(f"ix_{table}_programme", table, ["organization_id", "programme_slug"])
    op.create_index(
        "ix_ballot_waiting",
        "ballot",
        ["organization_id", "programme_slug", "thing_slug", "question"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    for statement in _statements():
        _count(ballot, told, op.get_bind().execute(statement).mappings())


def downgrade() -> None:
    op.drop_table("told_answer")
    op.drop_table("ballot")


def _whose() -> Iterable[sa.Column[Any]]:
    return (
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("programme_slug", sa.String(length=80), nullable=False),
        sa.Column("cohort_id", ID, nullable=True),
    )


def _references(table: str) -> Iterable[sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f(f"fk_{table}_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f(f"fk_{table}_cohort_id_cohort"), ondelete="SET NULL"
        ),
    )


def _statements() -> Iterable[sa.TextClause]:
    """What was answered, in the order in which it came."""
    for question in ("minutes", "useful"):
        columns = (
            f"thing_answer.thing_slug, '{question}' AS question, thing_answer.{question} AS value, "
            "NULL AS before, coalesce(thing_answer.asked_at, thing_answer.at) AS at"
        )
        yield _in_order(ABOUT_THINGS.format(columns=columns, question=question))
    for question in ("dare", "help", "ask"):
        columns = (
            f"'' AS thing_slug, '{question}' AS question, last.{question} AS value, "
            f"first.{question} AS before, last.at AS at"
        )
        yield _in_order(ABOUT_ONESELF.format(columns=columns, question=question))


def _in_order(statement: str) -> sa.TextClause:
    return sa.text(statement + " ORDER BY at, enrolment.id").columns(at=app.db.UtcDateTime())


def _count(ballot: sa.Table, told: sa.Table, rows: Iterable[Any]) -> None:
    """Whole fives of each group, as pages told them until now, are told for good."""
    given = sorted((dict(row) for row in rows), key=_group)
    for _, group in groupby(given, key=_group):
        answers = list(group)
        whole = answers[: len(answers) - len(answers) % FEWEST]
        for first in range(0, len(whole), FEWEST):
            five = sorted(whole[first : first + FEWEST], key=lambda one: (one["value"], one["before"] or 0))
            op.bulk_insert(told, [{name: one[name] for name in (*WHOSE, "value", "before")} for one in five])
        for one in whole:
            one |= {"value": None, "before": None}
        op.bulk_insert(ballot, answers)


def _group(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] or 0 for name in WHOSE[:3]), row["thing_slug"], row["question"]
