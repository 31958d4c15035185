"""The router that every feature and area uses."""

from typing import Any

from fastapi import APIRouter

from app.web.page import PageRoute


def page_router(**options: Any) -> APIRouter:
    """A router whose routes are pages; see app/web/page.py."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, **options)
