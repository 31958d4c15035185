"""Alembic's environment: app/migrate.py hands over the connection."""

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from app.migrate import is_ours
from app.tables import metadata


def render_item(kind: str, item: object, autogen_context: AutogenContext) -> str | bool:
    """Our own column types by their name in app.db."""
    if kind == "type" and type(item).__module__ == "app.db":
        autogen_context.imports.add("import app.db")
        length = getattr(getattr(item, "impl_instance", None), "length", None)
        return f"app.db.{type(item).__name__}({length or ''})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
        include_name=is_ours,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
