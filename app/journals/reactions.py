"""What readers say with one press, in words and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.journals.answers import MOST_NAMES, SAID, Reacted
from app.journals.models import ReactionKind
from app.people.viewer import Viewer
from app.web.i18n import Locale

TO_POST = tuple(ReactionKind)
TO_ANSWER = (ReactionKind.THANKS,)


@dataclass(frozen=True)
class ReactionView:
    """`who` are those who say it, in words; empty where nobody does."""

    kind: str
    word: str
    is_on: bool
    who: str


@dataclass(frozen=True)
class ReactionsView:
    """`url` takes a press; empty for who cannot press."""

    id: str
    url: str
    kinds: Sequence[ReactionView]


def reactions_view(
    locale: Locale,
    viewer: Viewer | None,
    found: Iterable[Reacted],
    *,
    url: str,
    answer: tuple[int, str] | None = None,
    may_press: bool,
) -> ReactionsView:
    """Of what was said, that to the post; to an answer (id, public id), where given."""
    answer_id, name = answer or (None, "")
    here = [one for one in found if one.comment_id == answer_id]
    kinds = []
    for kind in TO_ANSWER if answer else TO_POST:
        said = [one for one in here if one.kind == kind]
        is_on = viewer is not None and any(one.person_id == viewer.person_id for one in said)
        kinds.append(
            ReactionView(kind.value, SAID[kind].translated(locale.gettext), is_on, _who(locale, viewer, said))
        )
    return ReactionsView(
        f"reactions-{name}" if answer else "reactions",
        (f"{url}/answers/{name}/reactions" if answer else f"{url}/reactions") if may_press else "",
        kinds,
    )


def _who(locale: Locale, viewer: Viewer | None, said: Sequence[Reacted]) -> str:
    """ "Ann, Piet and you"."""
    named = said[:MOST_NAMES]
    names = [one.name for one in named if viewer is None or one.person_id != viewer.person_id]
    if len(names) < len(named):
        names.append(locale.gettext("you"))
    if len(said) > len(named):
        names.append(locale.gettext("others"))
    return locale.enumeration(names)
