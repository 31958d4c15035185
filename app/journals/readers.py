"""Who reads a post, in words: beside a post, and before one presses the button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohorts.companions import names_in_pod
from app.cohorts.mentoring import mentor_of
from app.cohorts.models import Enrolment
from app.cohorts.queries import coaches_of, members_count
from app.journals.models import Visibility
from app.web.i18n import Locale, message

BESIDE_MENTOR = (Visibility.COACHES, Visibility.POD, Visibility.COHORT)
"""Circles in which a mentor is only where the writer says so."""
SHORT = {
    Visibility.PRIVATE: message("only the writer"),
    Visibility.MENTOR: message("the mentor"),
    Visibility.COACHES: message("the coaches"),
    Visibility.POD: message("the small group"),
    Visibility.COHORT: message("the group"),
    Visibility.MEMBERS: message("everyone here"),
    Visibility.PUBLIC: message("the web"),
}


def readers_in_words(locale: Locale, visibility: str, *, mentor: bool = False) -> str:
    """`mentor` where the writer's mentor reads it, too."""
    words = SHORT[Visibility(visibility)].translated(locale.gettext)
    if mentor and visibility in BESIDE_MENTOR:
        return locale.gettext("%(readers)s and the mentor") % {"readers": words}
    return words


@dataclass(frozen=True)
class Circle:
    """Who \"my coach\", \"my small group\" and \"my group\" are for the posts of one enrolment; alone there
    is none of them. `pod` has the names of the others in it; `mentor` has one, and `mentorship_id`, where
    there is a mentor."""

    group: str = ""
    learners: int = 0
    coaches: Sequence[str] = ()
    pod: Sequence[str] = ()
    mentor: str = ""
    mentorship_id: int | None = None


def circle_of(db: Session, enrolment: Enrolment | None, *, mentors: bool = True) -> Circle:
    """The enrolment's cohort is loaded with it. Without `mentors` for what is not shared post by post."""
    cohort = enrolment.cohort if enrolment else None
    mentorship = mentor_of(db, enrolment) if mentors else None
    mentor = mentorship.mentor.name if mentorship and mentorship.mentor else ""
    mentorship_id = mentorship.id if mentorship else None
    if cohort is None:
        return Circle(mentor=mentor, mentorship_id=mentorship_id)
    coaches = [coach.name for coach in coaches_of(db, cohort.id)]
    pod = names_in_pod(db, enrolment) if enrolment else ()
    return Circle(cohort.name, members_count(db, cohort.id), coaches, pod, mentor, mentorship_id)


def allowed(circle: Circle, *, asks: bool = False) -> list[Visibility]:
    """What a writer can choose, the narrowest first: a circle in which somebody is. A question is neither
    for oneself nor for the web."""
    found = [Visibility.MEMBERS] if asks else [Visibility.PRIVATE, Visibility.MEMBERS, Visibility.PUBLIC]
    at = found.index(Visibility.MEMBERS)
    if circle.group:
        found.insert(at, Visibility.COHORT)
    if circle.pod:
        found.insert(at, Visibility.POD)
    if circle.coaches:
        found.insert(at, Visibility.COACHES)
    if circle.mentor:
        found.insert(at, Visibility.MENTOR)
    return found


def choices(circle: Circle, site: str, locale: Locale, *, asks: bool = False) -> list[tuple[str, str, str]]:
    """(visibility, what it is called, who that is) of each that is allowed."""
    _ = locale.gettext
    words = {
        Visibility.PRIVATE: (_("Only me"), _private(circle, locale)),
        Visibility.MENTOR: (_("My mentor"), _mentor(circle, locale, asks=asks)),
        Visibility.COACHES: (_("My coach"), _coaches(circle, locale)),
        Visibility.POD: (_("My small group"), _pod(circle, locale)),
        Visibility.COHORT: (_("My group"), _group(circle, locale)),
        Visibility.MEMBERS: (
            _("Everyone here"),
            _("Whoever is signed in at %(site)s.") % {"site": site},
        ),
        Visibility.PUBLIC: (_("The web"), _("Anyone, also without signing in.")),
    }
    return [(visibility.value, *words[visibility]) for visibility in allowed(circle, asks=asks)]


def _private(circle: Circle, locale: Locale) -> str:
    if not circle.coaches:
        return locale.gettext("Nobody else reads it. It counts all the same.")
    return locale.ngettext(
        "Your coach sees that you wrote, not what. It counts all the same.",
        "Your coaches see that you wrote, not what. It counts all the same.",
        len(circle.coaches),
    )


def _mentor(circle: Circle, locale: Locale, *, asks: bool) -> str:
    """A question counts for nothing."""
    both = locale.gettext("You and %(name)s.") % {"name": circle.mentor}
    return f"{both} {_private(circle, locale)}" if circle.coaches and not asks else both


def _coaches(circle: Circle, locale: Locale) -> str:
    names = {"names": locale.enumeration(circle.coaches)}
    return (
        locale.ngettext(
            "You and your coach %(names)s.", "You and your coaches %(names)s.", len(circle.coaches)
        )
        % names
    )


def _pod(circle: Circle, locale: Locale) -> str:
    names = locale.enumeration([*circle.pod, *circle.coaches])
    return locale.gettext("You, and %(names)s.") % {"names": names}


def _group(circle: Circle, locale: Locale) -> str:
    values = {"num": circle.learners, "group": circle.group, "names": locale.enumeration(circle.coaches)}
    if not circle.coaches:
        sentence = locale.ngettext(
            "%(num)s person in %(group)s.", "%(num)s people in %(group)s.", circle.learners
        )
    else:
        sentence = locale.ngettext(
            "%(num)s person in %(group)s, and %(names)s.",
            "%(num)s people in %(group)s, and %(names)s.",
            circle.learners,
        )
    return sentence % values
