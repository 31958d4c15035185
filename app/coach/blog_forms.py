"""The coach's forms for the blogs of a group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from app.web.forms import Form, Upload

LONGEST_LIST = 200_000


class BlogListForm(Form):
    """A list, pasted or as a file. On the second page, for the `number` of each line the `learner` who writes
    it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    blogs: Annotated[str, StringConstraints(max_length=LONGEST_LIST)] = ""
    file: Annotated[Upload | None, Field()] = None
    number: list[int] = []
    learner: list[str] = []
    action: Literal["look", "propose"] = "look"
