"""What is kept of posts and their coaches: after any acts it is what somebody who watched would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.clock import set_to
from app.coaching.reviewed import reviewed_post, waiting_by_cohort
from app.coaching.services import approve, mark_read, want_another_look
from app.cohorts.models import Cohort, Enrolment, ReplyPromise
from app.cohorts.promises import promise_replies
from app.cohorts.queries import active_enrolment
from app.cohorts.services import add_coach, remove_coach
from app.errors import NotFound, Refused
from app.journals.models import Audience, Comment, Post, ReactionKind, Review, Visibility
from app.journals.services import (
    About,
    add_comment,
    delete_comment,
    delete_post,
    join_cohort,
    publish_post,
    restore_comment,
    restore_post,
    start_post,
)
from app.journals.talk import react
from app.moderation.models import Hiding
from app.moderation.services import hide, lift
from app.moderation.texts import Text
from app.people.viewer import Viewer
from app.progress.viewers import absent_viewer
from tests import proof
from tests.cast import PROGRAMME
from tests.conftest import Site

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHARED = {"coaches", "cohort", "members", "public"}


@dataclass
class Seen:
    """What somebody who watched a post noted, in each group that it was in."""

    id: int
    reflection: bool
    visibility: str
    asked: datetime | None = None
    deleted: bool = False
    hidden: bool = False
    answers: dict[Any, datetime] = field(default_factory=dict)
    taken_back: dict[Any, datetime] = field(default_factory=dict)
    shared: dict[int, datetime | None] = field(default_factory=dict)
    promised: dict[int, bool] = field(default_factory=dict)
    wished: dict[int, datetime] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    approved: dict[int, datetime] = field(default_factory=dict)

    def answered_after(self, moment: datetime, group: int) -> bool:
        heard = [*self.answers.values(), *([self.approved[group]] if group in self.approved else [])]
        return any(at >= moment for at in heard)

    def was_answered(self, group: int) -> bool:
        return bool(self.answers) or group in self.approved

    def waits_since(self, group: int) -> datetime | None:
        """The rules of the product, read aloud."""
        shared = self.shared.get(group)
        if shared is None or self.deleted or self.hidden:
            return None
        due = []
        if self.promised.get(group) and not self.was_answered(group):
            due.append(shared)
        if self.asked and not self.answered_after(self.asked, group):
            due.append(self.asked)
        if group in self.wished and group in self.changed:
            change = self.changed[group]
            if not self.answered_after(change, group):
                due.append(change)
        return min(due, default=None)


class _Undo(Exception):
    pass


@dataclass
class Story:
    """The acts by their names, done by the services and noted by who watches."""

    site: Site
    db: Session
    at: datetime = BEGIN
    posts: list[Seen] = field(default_factory=list)
    promises: dict[int, ReplyPromise] = field(default_factory=dict)
    uncoached: set[int] = field(default_factory=set)
    firsts: dict[int, list[Seen]] = field(default_factory=dict)

    @property
    def group(self) -> int:
        return self._enrolment().cohort_id or 0

    def _enrolment(self) -> Enrolment:
        found = active_enrolment(self.db, self.site.cast.learner.id, PROGRAMME)
        assert found is not None
        return found

    def _cohort(self) -> Cohort:
        return self.db.get_one(Cohort, self.group)

    def _coach(self) -> Viewer:
        cast = self.site.cast
        person = cast.coach if self.group == cast.cohort.id else cast.other_coach
        viewer = absent_viewer(self.db, person.id)
        assert viewer is not None
        return viewer

    def _post(self, seen: Seen) -> Post:
        loaded = (
            select(Post)
            .where(Post.id == seen.id)
            .options(joinedload(Post.author), joinedload(Post.enrolment))
        )
        return self.db.scalars(loaded.execution_options(populate_existing=True)).one()

    def write(self, seen: Seen | None, visibility: str, asks: bool) -> None:
        """Alternately about a Thing and about none."""
        enrolment, number = self._enrolment(), len(self.posts)
        thing = self.site.programme.things[number % 3] if number % 2 else None
        about = About(enrolment, self.site.programme, thing) if thing else None
        post = start_post(
            self.db,
            self.site.cast.learner.id,
            once=f"story {number}",
            language="en",
            visibility=Visibility(visibility),
            enrolment=enrolment,
            about=about,
        )
        self.posts.append(Seen(post.id, thing is not None, "draft"))
        self._publish(self.posts[-1], post, visibility, asks, "A text", about)

    def edit(self, seen: Seen, visibility: str, asks: bool) -> None:
        if not seen.deleted:
            self._publish(seen, self._post(seen), visibility, asks, f"Another text {self.at}", None)

    def save(self, seen: Seen, visibility: str, asks: bool) -> None:
        """The same text again."""
        if not seen.deleted:
            post = self._post(seen)
            self._publish(seen, post, visibility, asks, post.body, None)

    def _publish(
        self, seen: Seen, post: Post, visibility: str, asks: bool, body: str, about: About | None
    ) -> None:
        """What was wanted and what was promised is asked before it happens."""
        group, changes = self.group, bool(post.body) and post.body != body
        waited = seen.waits_since(group) is not None
        publish_post(
            self.db,
            post,
            title="",
            body=body,
            visibility=Visibility(visibility),
            version=post.version,
            about=about,
            asks=asks,
        )
        if not asks or visibility == "private":
            seen.asked = None
        elif seen.asked is None or not waited:
            seen.asked = self.at
        if changes and group in seen.wished and group not in seen.changed:
            seen.changed[group] = self.at
        seen.visibility = visibility
        self._share(seen, group)

    def _share(self, seen: Seen, group: int, *, moved: bool = False) -> None:
        if seen.visibility not in SHARED:
            seen.shared[group] = None
        elif seen.shared.get(group) is None:
            seen.shared[group] = self.at
            if not moved and not seen.promised.get(group):
                seen.promised[group] = self._promises(seen, group)

    def _promises(self, seen: Seen, group: int) -> bool:
        promise = self.promises.get(group, ReplyPromise.FIRST)
        if promise is ReplyPromise.NONE or group in self.uncoached:
            return False
        firsts = self.firsts.setdefault(group, [])
        if not any(
            one.was_answered(group) or (one.shared.get(group) and not one.deleted)
            for one in firsts
            if one is not seen
        ):
            firsts.append(seen)
            return True
        return promise is ReplyPromise.EVERY and seen.reflection

    def delete(self, seen: Seen, *_: object) -> None:
        if not seen.deleted:
            delete_post(self.db, self._post(seen))
            seen.deleted = True

    def restore(self, seen: Seen, *_: object) -> None:
        if seen.deleted:
            restore_post(self.db, self._post(seen))
            seen.deleted = False

    def comment(self, seen: Seen, *_: object) -> None:
        if self._is_open(seen):
            made = add_comment(
                self.db, self._coach(), self._post(seen), body=f"Well done {self.at}", audience=None
            )
            seen.answers[made.id] = self.at

    def peers(self, seen: Seen, *_: object) -> None:
        """What they say is no answer of a coach."""
        peer = absent_viewer(self.db, self.site.cast.peer.id)
        assert peer is not None
        add_comment(self.db, peer, self._post(seen), body=f"Me too {self.at}", audience=Audience.READERS)
        react(self.db, peer, self._post(seen), ReactionKind.THANKS, on=True)

    def take_back(self, seen: Seen, *_: object) -> None:
        for answer in [one for one in seen.answers if isinstance(one, int)][-1:]:
            delete_comment(self.db, self.db.get_one(Comment, answer))
            seen.taken_back[answer] = seen.answers.pop(answer)

    def bring_back(self, seen: Seen, *_: object) -> None:
        for answer in list(seen.taken_back)[-1:]:
            restore_comment(self.db, self.db.get_one(Comment, answer))
            seen.answers[answer] = seen.taken_back.pop(answer)

    def press(self, seen: Seen, *_: object) -> None:
        """Once on, once off."""
        if not self._is_open(seen):
            return
        coach = self._coach()
        pressed = ("pressed", coach.person_id)
        react(self.db, coach, self._post(seen), ReactionKind.THANKS, on=pressed not in seen.answers)
        if seen.answers.pop(pressed, None) is None:
            seen.answers[pressed] = self.at

    def read(self, seen: Seen, *_: object) -> None:
        mark_read(self.db, self._coach(), self.group, [self._post(seen).public_id])

    def look(self, seen: Seen, *_: object) -> None:
        if (found := self._reviewed(seen)) and self.group not in seen.approved:
            want_another_look(self.db, self._coach(), *found, words=f"Look at {self.at}", once=None)
            answer = self.db.scalar(select(func.max(Comment.id)).where(Comment.post_id == seen.id))
            seen.answers[answer] = self.at
            seen.wished[self.group] = self.at
            seen.changed.pop(self.group, None)

    def approve(self, seen: Seen, *_: object) -> None:
        if found := self._reviewed(seen):
            approve(self.db, self._coach(), *found, None)
            seen.approved.setdefault(self.group, self.at)
            seen.wished.pop(self.group, None)
            seen.changed.pop(self.group, None)

    def _reviewed(self, seen: Seen) -> tuple[Post, Review] | None:
        if self.group in self.uncoached:
            return None
        try:
            return reviewed_post(self.db, self._coach(), self.group, self._post(seen).public_id)
        except NotFound:
            assert not self._is_open(seen)
            return None

    def _is_open(self, seen: Seen) -> bool:
        there = seen.visibility in SHARED and not seen.deleted and not seen.hidden
        return there and self.group not in self.uncoached

    def hide(self, seen: Seen, *_: object) -> None:
        """Or show it again."""
        if self.group in self.uncoached:
            return
        text = Text(self._post(seen))
        if not seen.hidden:
            hide(self.db, self._coach(), text, "Not kind", by_organizer=False)
        else:
            hidden = select(Hiding).where(Hiding.post_id == seen.id, Hiding.lifted_at.is_(None))
            loaded = hidden.options(
                joinedload(Hiding.post).joinedload(Post.author), joinedload(Hiding.comment)
            )
            lift(self.db, self._coach(), self.db.scalars(loaded).one(), by_organizer=False)
        seen.hidden = not seen.hidden

    def promise(self, seen: Seen, visibility: str, asks: bool) -> None:
        kinds = list(ReplyPromise)
        kind = kinds[(kinds.index(self.promises.get(self.group, ReplyPromise.FIRST)) + 1 + asks) % 3]
        promise_replies(
            self.db, self._cohort(), promise=kind, days=2, text="", actor_id=self.site.cast.coach.id
        )
        self.promises[self.group] = kind

    def coaching(self, *_: object) -> None:
        """The coach leaves the group, or comes back."""
        cast, group = self.site.cast, self.group
        person = cast.coach if group == cast.cohort.id else cast.other_coach
        act = add_coach if group in self.uncoached else remove_coach
        act(self.db, self._cohort(), person.id, actor_id=None)
        self.uncoached ^= {group}

    def move(self, *_: object) -> None:
        """To the other group, with all that was written."""
        cast, before = self.site.cast, self.group
        to = cast.other_cohort if before == cast.cohort.id else cast.cohort
        join_cohort(self.db, cast.learner.id, self.db.get_one(Cohort, to.id))
        for seen in self.posts:
            seen.shared[before] = None
            self._share(seen, to.id, moved=True)

    def check(self) -> None:
        rows = {
            (row.post_id, row.cohort_id): row
            for row in self.db.scalars(select(Review).execution_options(populate_existing=True))
        }
        groups = (self.site.cast.cohort.id, self.site.cast.other_cohort.id)
        for seen in self.posts:
            for group in groups:
                row = rows.get((seen.id, group))
                assert (row.shared_at if row else None) == seen.shared.get(group)
                assert (row.awaits_since if row else None) == seen.waits_since(group)
        viewer = self._coach()
        if viewer.coached:
            waiting = sum(seen.waits_since(self.group) is not None for seen in self.posts)
            assert waiting_by_cohort(self.db, viewer).get(self.group, 0) == waiting


NEEDS_POST = (
    *("edit", "save", "delete", "restore", "comment", "peers", "take_back", "bring_back", "press", "read"),
    *("look", "approve", "hide"),
)
steps = st.tuples(
    st.sampled_from(["write", "write", *NEEDS_POST, "promise", "coaching", "move"]),
    st.integers(0, 5),
    st.sampled_from(["private", "coaches", "cohort", "public"]),
    st.booleans(),
)


@pytest.mark.prove
@settings(
    max_examples=proof.size(40, 1500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=st.lists(steps, min_size=1, max_size=25))
def test_who_waits_is_known_after_any_acts(site: Site, story: list[tuple[str, int, str, bool]]) -> None:
    try:
        with site.db() as db:
            told = Story(site, db)
            for act, which, visibility, asks in story:
                told.at += timedelta(hours=1)
                post = told.posts[which % len(told.posts)] if told.posts else None
                if post is None and act in NEEDS_POST:
                    continue
                do: Callable[..., None] = getattr(told, act)
                with set_to(told.at):
                    try:
                        do(post, visibility, asks)
                    except Refused:
                        pytest.fail(f"{act} was refused")
                    db.flush()
                told.check()
            raise _Undo
    except _Undo:
        pass
