"""Pictures in posts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.db

revision: str = "20261125_2330"
down_revision: str | None = "20261125_2300"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("at", app.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_picture_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("public_id", name=op.f("uq_picture_public_id")),
    )
    op.create_index(op.f("ix_picture_post_id"), "picture", ["post_id"], unique=False)


def downgrade() -> None:
    op.drop_table("picture")
