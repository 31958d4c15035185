"""The forms of one's own blog elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.blogs.models import LONGEST_ADDRESS, Takes
from app.journals.models import Visibility
from app.web.forms import Form

Address = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ADDRESS)]
Mark = Annotated[str, StringConstraints(max_length=80)]


class BlogForm(Form):
    """Any address of a blog. `feed` is one of those that were found there, `group` the enrolment that its
    posts belong to."""

    url: Address
    feed: Annotated[str, StringConstraints(max_length=LONGEST_ADDRESS)] = ""
    group: Mark = ""


class ConfirmForm(BlogForm):
    """What the preview showed, as the person wants it: for each `key` of a post a `choice`."""

    visibility: Visibility
    takes: Takes
    full_text: bool = False
    key: list[Mark] = []
    choice: list[Mark] = []


class EntriesForm(Form):
    """A `choice` for each `entry`, and those that no reading may change."""

    entry: list[Mark] = []
    choice: list[Mark] = []
    locked: list[Mark] = []


class BlogSettingsForm(Form):
    visibility: Visibility
    takes: Takes
    full_text: bool = False


class RemoveForm(Form):
    posts: Literal["keep", "delete"]
