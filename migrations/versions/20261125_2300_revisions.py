"""Published posts keep revisions; what readers see now is the first."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261125_2300"
down_revision: str | None = "20261125_2200"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 200
POST = sa.table(
    "post",
    sa.column("id", ID),
    sa.column("title", sa.String),
    sa.column("body", sa.Text),
    sa.column("published_at", app.db.UtcDateTime),
    sa.column("edited_at", app.db.UtcDateTime),
)
REVISION = sa.table(
    "revision",
    sa.column("public_id", sa.String),
    sa.column("post_id", ID),
    sa.column("title", sa.String),
    sa.column("body", sa.Text),
    sa.column("at", app.db.UtcDateTime),
)


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_revision_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("public_id", name=op.f("uq_revision_public_id")),
    )
    op.create_index("ix_revision_post_id_at_id", "revision", ["post_id", "at", "id"], unique=False)
    _keep_what_is_published()


def _keep_what_is_published() -> None:
    """Of posts that were deleted too: they may come back."""
    connection = op.get_bind()
    published = (
        sa.select(
            POST.c.id.label("post_id"),
            POST.c.title,
            POST.c.body,
            sa.func.coalesce(POST.c.edited_at, POST.c.published_at).label("at"),
        )
        .where(POST.c.published_at.is_not(None), POST.c.id > sa.bindparam("after"))
        .order_by(POST.c.id)
        .limit(BATCH)
    )
    after = 0
    while posts := connection.execute(published, {"after": after}).mappings().all():
        connection.execute(
            sa.insert(REVISION), [{**post, "public_id": app.db.new_public_id()} for post in posts]
        )
        after = posts[-1]["post_id"]


def downgrade() -> None:
    op.drop_table("revision")
