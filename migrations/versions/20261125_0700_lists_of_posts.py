"""Posts know the cohort they are listed in and how they begin."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.journals.services import EXCERPT_LENGTH
from app.markdown import excerpt

revision: str = "20261125_0700"
down_revision: str | None = "20261123_2100"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POST = sa.table(
    "post",
    sa.column("id"),
    sa.column("enrolment_id"),
    sa.column("cohort_id"),
    sa.column("html"),
    sa.column("excerpt"),
)
ENROLMENT = sa.table("enrolment", sa.column("id"), sa.column("cohort_id"))


def upgrade() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cohort_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("excerpt", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_post_cohort_id_cohort"), "cohort", ["cohort_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(
            "ix_post_cohort_id_published_at", ["cohort_id", "published_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_post_cohort_thing", ["cohort_id", "thing_slug", "published_at", "id"], unique=False
        )
        batch_op.drop_index("ix_post_enrolment_id_published_at")
    of_enrolment = sa.select(ENROLMENT.c.cohort_id).where(ENROLMENT.c.id == POST.c.enrolment_id)
    connection = op.get_bind()
    connection.execute(sa.update(POST).values(cohort_id=of_enrolment.scalar_subquery()))
    written = connection.execute(sa.select(POST.c.id, POST.c.html).where(POST.c.html != "")).all()
    for post_id, html in written:
        connection.execute(
            sa.update(POST).where(POST.c.id == post_id).values(excerpt=excerpt(html, EXCERPT_LENGTH))
        )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.alter_column("excerpt", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index("ix_post_cohort_thing")
        batch_op.drop_index("ix_post_cohort_id_published_at")
        batch_op.create_index(
            "ix_post_enrolment_id_published_at", ["enrolment_id", "published_at"], unique=False
        )
        batch_op.drop_constraint(batch_op.f("fk_post_cohort_id_cohort"), type_="foreignkey")
        batch_op.drop_column("excerpt")
        batch_op.drop_column("cohort_id")
