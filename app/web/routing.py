"""The router that every feature and area uses."""

from fastapi import APIRouter

from app.web.page import PageRoute


class PageRouter(APIRouter):
    """A router whose routes are pages; see app/web/page.py."""

    def __init__(self) -> None:
        super().__init__(route_class=PageRoute, include_in_schema=False)

    def pages_of(self, other: APIRouter) -> None:
        """Take the routes of another router: a page is matched in one list, not level by level."""
        self.routes.extend(other.routes)


def page_router() -> PageRouter:
    return PageRouter()
