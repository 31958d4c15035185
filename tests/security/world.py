"""A site on which everything exists that somebody could want to get at, with a secret in each private field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.blogs.models import Takes
from app.blogs.parsing import Feed, FeedEntry
from app.blogs.services import propose, register
from app.clock import now
from app.coaching.answer_templates import keep_template
from app.coaching.conversation_queries import actions_of, agenda_of, seat_at
from app.coaching.conversations import (
    Proposal,
    add_action,
    add_point,
    agree,
    propose_talk,
    summarize,
)
from app.coaching.notes import write_coach_note
from app.coaching.reviewed import reviewed_post
from app.coaching.services import want_another_look
from app.cohorts.announcing import Said, announce, take_back_announcement
from app.cohorts.invitations import PURPOSE
from app.cohorts.mentoring import accept as accept_mentoring
from app.cohorts.mentoring import ask_mentor, offered_by_word, word_of
from app.cohorts.models import (
    Cohort,
    Enrolment,
    Invitation,
    Joining,
    JoinRequest,
    Mode,
    Pod,
    ReplyPromise,
)
from app.cohorts.pods import make_pods, pair_up
from app.cohorts.promises import promise_replies
from app.cohorts.queries import active_enrolment
from app.cohorts.running import write_note as write_thing_note
from app.cohorts.services import create_cohort
from app.db import new_public_id
from app.growth.models import Use
from app.growth.services import add_line, say_use
from app.insight.links import make_link, report_word, withdraw_link
from app.insight.quoting import fingerprint
from app.insight.services import write_what_next
from app.jobs.models import Job
from app.journals.feed_keys import feed_word, keep_key
from app.journals.models import Audience, Comment, Post, ReactionKind, Revision, Visibility
from app.journals.pictures import Prepared
from app.journals.queries import readable_post
from app.journals.services import (
    About,
    add_comment,
    delete_comment,
    delete_post,
    join_cohort,
    keep_picture,
    publish_post,
    save_draft,
    start_post,
)
from app.journals.talk import react
from app.keeping.services import keep_post, keep_thing, remove, write_note
from app.learn.reminders import pause_token
from app.mail.services import SEND
from app.moderation.hidings import own_hiding
from app.moderation.models import Hiding, Reason
from app.moderation.services import appeal, hide, report
from app.moderation.texts import hidable_text, readable_text, reportable_text
from app.notices.models import Notice
from app.notices.services import DIGEST
from app.notices.unsubscribing import Unwanted, unsubscribe_token
from app.people.mailed_links import ask_for_address_link, mail_password_link, mailed_token
from app.people.models import AddressLink, LoginSession, Person, ResetLink
from app.people.queries import token_hash
from app.people.services import link_identity, make_reset_link, open_session
from app.plans.services import Slot, keep_plan
from app.progress.queries import seen, talks_of
from app.progress.services import complete_activity
from app.progress.talks import mark_talk
from app.progress.viewers import load_viewer
from app.sessions.models import Coming
from app.sessions.queries import managed_cohort
from app.sessions.services import Plan, cancel, plan_session, say_whether, set_word, write_notes
from tests.cast import PROGRAMME
from tests.client import Client
from tests.conftest import BASE_URL, Site

OUT = "out"
ROLES = (
    OUT,
    "stranger",
    "learner",
    "peer",
    "other_learner",
    "coach",
    "other_coach",
    "organizer",
    "administrator",
)
SIGNED_IN = ROLES[1:]
COHORT = ("learner", "peer", "coach")
OTHER_COHORT = ("other_learner", "other_coach")
DESK = ("organizer", "administrator")
ISSUER = "https://provider.example"
SUBJECT = "secret-subject"
WORD = "kumquat 58"
PROPOSED = datetime(2031, 5, 6, 8, tzinfo=UTC)
"""When a coach proposes to talk."""


@dataclass(frozen=True)
class Secret:
    """A text in a private field. Nobody but `readers` ever gets it; every one of them does, where `shown`."""

    text: str
    readers: tuple[str, ...] = ()
    shown: bool = True


class World:
    """`posts`, `answers` and `ids` are the public ids of what there is, by what is special about it; `feeds`
    the secret addresses of each role."""

    def __init__(self, site: Site, connection: Connection) -> None:
        self.site, self.connection = site, connection
        self.posts: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.feeds: dict[str, list[str]] = {}
        self.secrets: list[Secret] = []
        self._tokens: dict[str, str] = {}

    def __getstate__(self) -> dict[str, Any]:
        """To be kept: all but where it stands."""
        return {name: what for name, what in vars(self).items() if name not in ("site", "connection")}

    def person(self, role: str) -> Person:
        found: Person = getattr(self.site.cast, role)
        return found

    def browser(self, role: str, headers: Mapping[str, str] | None = None) -> Client:
        """A fresh browser, in which somebody of that role is signed in."""
        client = Client(self.site.app, base_url=BASE_URL, headers=headers)
        if role != OUT:
            client.cookies.set("dingen", self.token(role))
        return client

    def token(self, role: str) -> str:
        if role not in self._tokens:
            with self.site.db() as db:
                self._tokens[role] = open_session(db, self.person(role).id)
        return self._tokens[role]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens inside did not happen."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()


def make_world(site: Site, connection: Connection) -> World:
    world = World(site, connection)
    for role in SIGNED_IN:
        world.token(role)
    steps = (
        _write_posts,
        _add_pictures,
        _answer,
        _review,
        _moderate,
        _meet,
        _put_together,
        _announce,
        _note,
        _converse,
        _follow_feeds,
        _keep,
        _say,
        _open_ways_in,
        _make_groups,
        _ask_and_invite,
        _report,
        _fail_in_the_background,
        _keep_blogs,
    )
    for step in steps:
        with site.db() as db:
            step(world, db)
    _keep_addresses_secret(world)
    return world


def _write_posts(world: World, db: Session) -> None:
    by_author = {
        ("learner", Visibility.PRIVATE): ("learner",),
        ("learner", Visibility.COACHES): ("learner", "coach"),
        ("learner", Visibility.COHORT): COHORT,
        ("learner", Visibility.MEMBERS): SIGNED_IN,
        ("learner", Visibility.PUBLIC): ROLES,
        ("peer", Visibility.PRIVATE): ("peer",),
        ("peer", Visibility.COHORT): COHORT,
        ("other_learner", Visibility.COACHES): OTHER_COHORT,
        ("other_learner", Visibility.COHORT): OTHER_COHORT,
    }
    for (author, visibility), readers in by_author.items():
        name = visibility.value if author == "learner" else f"{author}-{visibility.value}"
        thing = "first" if visibility in (Visibility.PRIVATE, Visibility.COHORT) else None
        post = _post(world, db, author, name, visibility, thing=thing)
        if name == "cohort":
            _publish_early(world, db, post)
        _publish(world, db, post, name, visibility, readers)
    question = _post(world, db, "learner", "question", Visibility.COHORT)
    question.is_question = True
    _publish(world, db, question, "question", Visibility.COHORT, COHORT)
    _post(world, db, "learner", "draft", Visibility.COHORT, thing="second")
    _save(world, db, _named(world, db, "draft"), "draft")
    _save(world, db, _named(world, db, "cohort"), "revision")
    deleted = _post(world, db, "learner", "deleted", Visibility.COHORT)
    _publish(world, db, deleted, "deleted", Visibility.COHORT, ())
    delete_post(db, deleted)


def _post(
    world: World, db: Session, author: str, name: str, visibility: Visibility, *, thing: str | None = None
) -> Post:
    person = world.person(author)
    enrolment = active_enrolment(db, person.id, PROGRAMME)
    assert enrolment is not None
    programme = world.site.programme
    about = None
    if thing:
        found = programme.thing(thing)
        assert found is not None
        about = About(enrolment, programme, found)
    post = start_post(
        db,
        person.id,
        once=f"once-{name}",
        language="en",
        visibility=visibility,
        enrolment=enrolment,
        about=about,
    )
    world.posts[name] = post.public_id
    world.secrets.append(Secret(f"once-{name}", (author,), shown=False))
    return post


def _publish(
    world: World, db: Session, post: Post, name: str, visibility: Visibility, readers: tuple[str, ...]
) -> None:
    title, body = f"Title {name} kumquat", f"Body {name} kumquat"
    publish_post(db, post, title=title, body=body, visibility=visibility, version=post.version)
    world.secrets += [Secret(title, readers), Secret(body, readers)]


def _publish_early(world: World, db: Session, post: Post) -> None:
    """What stood there before; a comparison shows it in one piece, for nothing of it stays."""
    title, body = "An early title", "An early text that was changed soon after"
    visibility = Visibility(post.visibility)
    publish_post(db, post, title=title, body=body, visibility=visibility, version=post.version)
    world.ids["revision"] = db.query(Revision).filter_by(post_id=post.id).one().public_id
    world.secrets += [Secret(title, ("learner",)), Secret(body, ("learner",))]


def _save(world: World, db: Session, post: Post, name: str) -> None:
    title, body = f"Title {name} kumquat", f"Body {name} kumquat"
    save_draft(db, post, title=title, body=body, visibility=Visibility(post.visibility), version=post.version)
    world.secrets += [Secret(title, ("learner",)), Secret(body, ("learner",))]


def _named(world: World, db: Session, name: str) -> Post:
    return db.query(Post).filter_by(public_id=world.posts[name]).one()


def _answer(world: World, db: Session) -> None:
    cast = world.site.cast
    for name, author, post, audience, readers, parent in (
        ("feedback", "coach", "cohort", Audience.COACHES, ("learner", "coach"), ""),
        ("reply", "learner", "cohort", Audience.COACHES, ("learner", "coach"), ""),
        ("comment", "peer", "cohort", Audience.READERS, COHORT, ""),
        ("to-coaches", "coach", "coaches", Audience.COACHES, ("learner", "coach"), ""),
        ("deleted", "peer", "cohort", Audience.READERS, (), ""),
        ("below-feedback", "learner", "cohort", None, ("learner", "coach"), "feedback"),
        ("below-comment", "coach", "cohort", None, COHORT, "comment"),
        ("below-deleted", "learner", "cohort", None, COHORT, "deleted"),
        ("helpful", "peer", "question", Audience.READERS, COHORT, ""),
        ("for-coaches", "coach", "question", Audience.COACHES, ("learner", "coach"), ""),
        ("below", "coach", "question", None, COHORT, "helpful"),
        ("hidden", "peer", "cohort", Audience.READERS, ("peer", "coach"), ""),
        ("rude", "coach", "cohort", Audience.READERS, (*COHORT, *DESK), ""),
    ):
        viewer = load_viewer(db, world.token(author))
        assert viewer is not None
        answered = readable_post(db, viewer, cast.learner.handle, world.posts[post])
        begun = db.query(Comment).filter_by(public_id=world.answers[parent]).one() if parent else None
        body = f"Answer {name} kumquat for @{cast.peer.handle}"
        comment = add_comment(db, viewer, answered, body=body, audience=audience, parent=begun)
        world.answers[name] = comment.public_id
        world.secrets.append(Secret(f"Answer {name} kumquat", readers))
        if author == "peer":
            coach = load_viewer(db, world.token("coach"))
            assert coach is not None
            react(db, coach, answered, ReactionKind.THANKS, on=True, comment=comment)
    delete_comment(db, db.query(Comment).filter_by(public_id=world.answers["deleted"]).one())
    told = db.query(Notice).filter_by(person_id=world.site.cast.learner.id).order_by(Notice.id).first()
    assert told is not None
    world.ids["notice"] = told.public_id
    unwanted = Unwanted(world.site.cast.learner.public_id, DIGEST)
    world.ids["unsubscribe"] = unsubscribe_token(world.site.app.state.settings.secret(), unwanted)
    world.secrets.append(Secret(world.ids["unsubscribe"]))
    _lose_sight(world, db)


def _lose_sight(world: World, db: Session) -> None:
    """An answer by somebody who may no longer read the post."""
    text = "Answer lost kumquat"
    lost = Comment(
        post_id=_named(world, db, "cohort").id,
        author_id=world.site.cast.other_learner.id,
        audience=Audience.READERS,
        body=text,
        html=f"<p>{text}</p>",
    )
    db.add(lost)
    db.flush()
    world.answers["lost"] = lost.public_id
    world.secrets.append(Secret(text, (*COHORT, "other_learner")))


def _review(world: World, db: Session) -> None:
    """What a coach says in the inbox, keeps for themselves, and says of somebody who does not write."""
    cast = world.site.cast
    coach = load_viewer(db, world.token("coach"))
    learning = active_enrolment(db, cast.learner.id, PROGRAMME)
    second = world.site.programme.thing("second")
    assert coach is not None and learning is not None and second is not None
    found = reviewed_post(db, coach, cast.cohort.id, world.posts["coaches"])
    want_another_look(db, coach, *found, words="Look again kumquat", once=None)
    promise = ReplyPromise.FIRST
    cohort = db.get_one(Cohort, cast.cohort.id)
    promise_replies(db, cohort, promise=promise, days=2, text="Promise kumquat", actor_id=coach.person_id)
    texts = {"nl": "Template text kumquat"}
    template = keep_template(db, coach, title="Template title kumquat", texts=texts, once="once-template")
    world.ids["template"] = template.public_id
    mark_talk(db, coach, learning, world.site.programme, second)
    world.ids["talk"] = talks_of(db, learning.id)["second"].public_id
    world.secrets += [
        Secret("Look again kumquat", ("learner", "coach")),
        Secret("Promise kumquat", (*COHORT, *DESK)),
        Secret("Template text kumquat", ("coach",)),
        Secret("Template title kumquat", ("coach",)),
        Secret("once-template", ("coach",), shown=False),
        Secret(world.ids["talk"], ("learner",)),
    ]


def _moderate(world: World, db: Session) -> None:
    """A post that its coach hid, with an appeal, and one that an organizer hid; a comment that is hidden; and
    a report to the coaches and to the organizers each."""
    handle = world.site.cast.learner.handle
    viewers = {role: load_viewer(db, world.token(role)) for role in ("learner", "peer", "coach", "organizer")}

    def hidden(by: str, name: str, post: str, answer: str, readers: tuple[str, ...]) -> None:
        viewer = viewers[by]
        assert viewer is not None
        text, by_organizer = hidable_text(db, viewer, handle, post, answer)
        reason = f"Reason {name} kumquat"
        hide(db, viewer, text, reason, by_organizer=by_organizer)
        made = db.query(Hiding).filter_by(reason=reason).one()
        world.ids[f"hiding-{name}"] = made.public_id
        world.secrets.append(Secret(reason, readers))

    def reported(by: str, name: str, answer: str, readers: tuple[str, ...]) -> None:
        viewer, words = viewers[by], f"Report {name} kumquat"
        assert viewer is not None
        text = reportable_text(db, viewer, handle, world.posts["cohort"], answer)
        to = name == "desk"
        made = report(db, viewer, text, reason=Reason.HURTS, words=words, for_organizers=to)
        world.ids[f"report-{name}"] = made.public_id
        world.secrets.append(Secret(words, readers))

    for name, visibility, readers in (
        ("hidden", Visibility.COHORT, ("learner", "coach", *DESK)),
        ("taken", Visibility.MEMBERS, ("learner", "coach")),
    ):
        post = _post(world, db, "learner", name, visibility)
        _publish(world, db, post, name, visibility, readers)
    learner = viewers["learner"]
    assert learner is not None
    whom = ("learner", "coach", *DESK)
    hidden("coach", "hidden", world.posts["hidden"], "", whom)
    own = readable_text(db, learner, handle, world.posts["hidden"])
    appeal(db, learner, own_hiding(db, learner, own), "Appeal kumquat")
    world.secrets.append(Secret("Appeal kumquat", ("learner", *DESK)))
    hidden("organizer", "taken", world.posts["taken"], "", whom)
    hidden("coach", "comment", world.posts["cohort"], world.answers["hidden"], ("peer", "coach"))
    reported("peer", "coaches", "", ("coach",))
    reported("learner", "desk", world.answers["rude"], DESK)


def _meet(world: World, db: Session) -> None:
    """The group meets in a moment; another meeting is cancelled, and one is of another group."""
    cast, inside = world.site.cast, (*COHORT, *DESK)
    for name, cohort, readers in (
        ("meeting", cast.cohort, inside),
        ("meeting-cancelled", cast.cohort, inside),
        ("meeting-elsewhere", cast.other_cohort, (*OTHER_COHORT, *DESK)),
    ):
        starts_at = now() + timedelta(minutes=25)
        texts = [f"{word} of {name} kumquat" for word in ("Title", "Place", "Agenda", "Notes")]
        link = f"https://meet.example/{name}-kumquat"
        plan = Plan(texts[0], starts_at, starts_at + timedelta(hours=2), texts[1], link, texts[2], ["first"])
        coach = cast.coach if cohort is cast.cohort else cast.other_coach
        made = plan_session(db, cohort.id, plan, language="en", actor_id=coach.id, once=name)
        write_notes(db, made, texts[3], actor_id=coach.id)
        world.ids[name] = made.public_id
        set_word(db, made, WORD if name == "meeting" else f"{name} 58", actor_id=coach.id)
        if name == "meeting":
            say_whether(db, made, cast.peer.id, Coming.YES)
        if name == "meeting-cancelled":
            cancel(db, made, actor_id=coach.id)
        world.secrets += [Secret(text, readers, shown=name != "meeting-elsewhere") for text in (*texts, link)]
    world.secrets += [Secret(WORD, ("coach",)), Secret("meeting-elsewhere 58", ("other_coach",), shown=False)]


def _put_together(world: World, db: Session) -> None:
    """A small group in each group, and buddies."""
    cast = world.site.cast
    pair = [cast.learner.handle, cast.peer.handle]
    pair_up(db, cast.cohort.id, [pair], actor_id=cast.coach.id, once="pair")
    make_pods(db, cast.cohort.id, [("Pod kumquat", pair)], actor_id=cast.coach.id, once="pod")
    elsewhere = Pod(cohort_id=cast.other_cohort.id, name="Other pod kumquat", name_key="Other pod kumquat")
    db.add(elsewhere)
    db.flush()
    _own_enrolment(db, cast.other_learner).pod_id = elsewhere.id
    world.ids["pod-elsewhere"] = elsewhere.public_id
    world.ids["pod"] = db.query(Pod).filter_by(cohort_id=cast.cohort.id).one().public_id
    _mentor(world, db)
    for_pod = _post(world, db, "learner", "pod", Visibility.POD)
    _publish(world, db, for_pod, "pod", Visibility.POD, COHORT)
    world.secrets += [
        Secret("Pod kumquat", COHORT),
        Secret("Other pod kumquat", ("other_coach",)),
        Secret(world.ids["pod"], ("coach",)),
        Secret(world.ids["pod-elsewhere"], ("other_coach",)),
    ]


def _mentor(world: World, db: Session) -> None:
    """The stranger is the learner's mentor, the other coach is asked by the loner; the peer has a link."""
    cast, secret = world.site.cast, world.site.app.state.settings.secret()
    mentorship = ask_mentor(db, _own_enrolment(db, cast.learner), "")
    mentor = load_viewer(db, world.token("stranger"))
    assert mentor is not None
    accept_mentoring(db, mentor, offered_by_word(db, secret, mentor, word_of(secret, mentorship)))
    world.ids["mentorship"] = mentorship.public_id
    email = cast.other_coach.email or ""
    db.get_one(Person, cast.other_coach.id).email_verified_at = now()
    world.ids["mentorship-asked"] = ask_mentor(db, _own_enrolment(db, cast.loner), email).public_id
    world.ids["mentor"] = word_of(secret, ask_mentor(db, _own_enrolment(db, cast.peer), ""))
    for_mentor = _post(world, db, "learner", "mentor", Visibility.MENTOR)
    title, body = "Title mentor kumquat", "Body mentor kumquat"
    publish_post(
        db,
        for_mentor,
        title=title,
        body=body,
        visibility=Visibility.MENTOR,
        version=for_mentor.version,
        mentorship_id=mentorship.id,
    )
    both = ("learner", "stranger")
    world.secrets += [Secret(title, both), Secret(body, both), Secret(world.ids["mentor"], ("peer",))]


def _own_enrolment(db: Session, person: Person) -> Enrolment:
    found = active_enrolment(db, person.id, PROGRAMME)
    assert found is not None
    return found


def _announce(world: World, db: Session) -> None:
    """The group is told something; something else was taken back, and another group is told something."""
    cast = world.site.cast
    for name, cohort, readers in (
        ("announcement", cast.cohort, (*COHORT, *DESK)),
        ("announcement-taken-back", cast.cohort, ("coach", *DESK)),
        ("announcement-elsewhere", cast.other_cohort, (*OTHER_COHORT, *DESK)),
    ):
        coach = cast.coach if cohort is cast.cohort else cast.other_coach
        texts = [f"{word} of {name} kumquat" for word in ("Title", "Text")]
        said = {"en": Said(*texts)}
        made = announce(db, cohort.id, said, language="en", actor_id=coach.id, once=f"once-{name}")
        world.ids[name] = made.public_id
        if name.endswith("taken-back"):
            take_back_announcement(db, made, actor_id=coach.id)
        world.secrets += [Secret(text, readers, shown=cohort is cast.cohort) for text in texts]


def _note(world: World, db: Session) -> None:
    """What coaches note about the learner, who gets it in their archive, and about one of another group."""
    cast = world.site.cast
    for name, role, coach_role in (
        ("note", "learner", "coach"),
        ("note-elsewhere", "other_learner", "other_coach"),
    ):
        coach, enrolment = (
            load_viewer(db, world.token(coach_role)),
            active_enrolment(db, world.person(role).id, PROGRAMME),
        )
        assert coach is not None and enrolment is not None
        group = cast.cohort if role == "learner" else cast.other_cohort
        text = f"Text of {name} kumquat"
        made = write_coach_note(db, coach, group.id, enrolment, text, language="en", once=f"once-{name}")
        world.ids[name] = made.public_id
        world.secrets.append(Secret(text, (role, coach_role), shown=role == "learner"))


def _converse(world: World, db: Session) -> None:
    """The coach proposes to talk; with another conversation they are further; and one of another group."""
    cast = world.site.cast
    for name, role, coach_role in (
        ("conversation", "learner", "coach"),
        ("conversation-agreed", "learner", "coach"),
        ("conversation-elsewhere", "other_learner", "other_coach"),
    ):
        coach, learner = (load_viewer(db, world.token(who)) for who in (coach_role, role))
        enrolment = active_enrolment(db, world.person(role).id, PROGRAMME)
        assert coach is not None and learner is not None and enrolment is not None
        group = cast.cohort if role == "learner" else cast.other_cohort
        texts = [f"{word} of {name} kumquat" for word in ("Words", "Where", "Point", "Action", "Summary")]
        proposal = Proposal([PROPOSED], 30, texts[1], f"https://meet.example/{name}-kumquat", texts[0])
        made = propose_talk(db, coach, enrolment, group.id, proposal, language="en", once=f"once-{name}")
        world.ids[name] = made.public_id
        seat = seat_at(db, learner, made.public_id, to_change=True)
        add_point(db, learner, seat, texts[2], once="point")
        add_action(db, learner, seat, texts[3], by_learner=True, due_on=None, once="action")
        if name == "conversation":
            world.ids["point"] = agenda_of(db, made)[0].public_id
            world.ids["action"] = actions_of(db, made)[0].public_id
        if name == "conversation-agreed":
            agree(db, learner, seat, PROPOSED.isoformat())
        summarize(db, seat._replace(is_learner=False), texts[4])
        world.secrets += [Secret(text, (role, coach_role)) for text in (*texts, proposal.url)]


def _follow_feeds(world: World, db: Session) -> None:
    """Everybody has a secret address of each feed, also of those that are not for them."""
    cast, secret = world.site.cast, world.site.app.state.settings.secret()
    paths = [f"/journals/{world.person(role).handle}/feed.atom" for role in ("learner", "peer", "coach")]
    paths += [f"/cohorts/{cohort.public_id}/feed.atom" for cohort in (cast.cohort, cast.other_cohort)]
    paths += [f"/cohorts/{cohort.public_id}/calendar.ics" for cohort in (cast.cohort, cast.other_cohort)]
    paths += [
        "/calendar.ics",
        "/programmes/demo-programme/first/feed.atom",
        "/programmes/inside-programme/inner/feed.atom",
    ]
    for role in SIGNED_IN:
        viewer = load_viewer(db, world.token(role))
        assert viewer is not None
        for path in paths:
            key = keep_key(db, viewer, path)
            word = feed_word(secret, key.public_id)
            world.feeds.setdefault(role, []).append(f"{path}?key={word}")
            world.secrets.append(Secret(word, (role,)))
            if role == "learner":
                world.ids["feed-key"] = key.public_id


def _add_pictures(world: World, db: Session) -> None:
    for name, readers in (("private", ("learner",)), ("cohort", COHORT), ("public", ROLES)):
        content = f"Picture {name} kumquat"
        post = _named(world, db, name)
        picture = world.ids[f"picture-{name}"] = keep_picture(db, post, Prepared(content.encode(), 4, 3))
        post.html += f'<p><img src="/pictures/{picture}" alt=""></p>'
        world.secrets.append(Secret(content, readers))


def _keep(world: World, db: Session) -> None:
    """A note to a post, to one that is not theirs to read any more, to a Thing, and to what was removed."""
    peer = world.site.cast.peer
    for name, kept in (
        ("kept", keep_post(db, peer.id, _named(world, db, "cohort").id)[0]),
        ("kept-narrowed", keep_post(db, peer.id, _named(world, db, "coaches").id)[0]),
        ("kept-thing", keep_thing(db, peer.id, PROGRAMME, "first")[0]),
        ("kept-removed", keep_thing(db, peer.id, PROGRAMME, "second")[0]),
    ):
        world.ids[name] = kept.public_id
        note = f"Note to {name} kumquat"
        write_note(db, kept, note)
        world.secrets.append(Secret(note, () if name == "kept-removed" else ("peer",)))
        if name == "kept-removed":
            remove(db, kept)


def _say(world: World, db: Session) -> None:
    """A line about a Thing for oneself, and one that may be quoted."""
    third = world.site.programme.thing("third")
    assert third is not None
    for author, text, readers in (
        ("learner", "Line for myself kumquat", ("learner",)),
        ("peer", "Line to be quoted kumquat", ("peer", *DESK)),
    ):
        enrolment = active_enrolment(db, world.person(author).id, PROGRAMME)
        assert enrolment is not None
        complete_activity(db, seen(db, enrolment.id), world.site.programme, third, "only")
        say_use(db, enrolment.id, third, Use.SOON)
        add_line(db, enrolment.id, third, text, quotable=author == "peer")
        world.ids["quote"] = fingerprint(text)
        world.secrets.append(Secret(text, readers))


def _open_ways_in(world: World, db: Session) -> None:
    learner, loner, peer = (getattr(world.site.cast, name) for name in ("learner", "loner", "peer"))
    link_identity(db, learner.id, ISSUER, SUBJECT)
    world.ids["reset"] = make_reset_link(db, loner, world.site.cast.administrator.id)
    untold = make_reset_link(db, peer, None)
    elsewhere = open_session(db, learner.id, user_agent="Firefox/150 on Linux")
    session = db.query(LoginSession).filter_by(person_id=learner.id).order_by(LoginSession.id.desc()).first()
    assert session is not None
    world.ids["session"] = session.public_id
    world.ids["used"] = new_public_id()
    world.secrets += [
        Secret(SUBJECT, ("learner",)),
        Secret(session.public_id, ("learner",)),
        *(Secret(text) for text in (untold, elsewhere, *world._tokens.values())),
        *(Secret(hash_) for (hash_,) in db.query(LoginSession.token_hash)),
        Secret("$argon2"),
        Secret(world.site.app.state.settings.secret()),
        Secret("the secret of the client"),
    ]


def _fail_in_the_background(world: World, db: Session) -> None:
    """A job that died, and a mailed link of each kind that nobody but its reader knows."""
    cast, secret = world.site.cast, world.site.app.state.settings.secret()
    SEND.later(db, mail_id=0)
    dead = db.query(Job).filter_by(kind=SEND.name).one()
    dead.died_at, dead.error = now(), "kumquat: the mail server refuses it"
    world.ids["job"] = dead.public_id
    ask_for_address_link(db, _own(db, cast.peer), "peer.elsewhere@example.org", "en", secret=secret)
    ask_for_address_link(db, _own(db, cast.learner), "learner.elsewhere@example.org", "en", secret=secret)
    mail_password_link(db, "lena@example.org", "en", secret=secret)
    address, known = db.query(AddressLink).order_by(AddressLink.id)
    password = db.query(ResetLink).filter_by(mailed=True).one()
    world.ids["confirm"] = mailed_token(secret, "address", known.public_id)
    world.secrets += [
        Secret(dead.error, ("administrator",)),
        Secret("peer.elsewhere@example.org", ("peer",)),
        Secret("learner.elsewhere@example.org", ("learner",)),
        Secret(mailed_token(secret, "password", password.public_id)),
        Secret(mailed_token(secret, "address", address.public_id)),
        *(Secret(link.public_id) for link in (address, password)),
    ]


def _keep_blogs(world: World, db: Session) -> None:
    """The learner's own blog, which coaches may know of, one that is private, and one that was proposed."""
    cast = world.site.cast
    for role, visibility, readers in (
        ("learner", Visibility.COACHES, ("learner", "coach")),
        ("other_learner", Visibility.PRIVATE, ("other_learner",)),
    ):
        person = world.person(role)
        feed = Feed("", "", "en", [_entry(role, "is here"), _entry(role, "is left out")])
        register(
            db,
            person.id,
            address=f"https://blog-of-{role}.example/kumquat",
            feed_url=f"http://10.0.0.1/feed-of-{role}-kumquat",
            feed=feed,
            enrolment=active_enrolment(db, person.id, PROGRAMME),
            visibility=visibility,
            takes=Takes.ALL,
            full_text=False,
            catalogue=world.site.app.state.library.catalogue,
            choices={feed.entries[1].key: ""},
        )
        world.secrets += [
            Secret(f"blog-of-{role}.example/kumquat", readers),
            Secret(f"feed-of-{role}-kumquat", readers),
            Secret(f"Text that {role} blogs is here", readers),
            Secret(f"Title that {role} blogs is here", readers),
            Secret(f"Title that {role} blogs is left out", (role,)),
            Secret(f"Text that {role} blogs is left out"),
        ]
    peer = active_enrolment(db, cast.peer.id, PROGRAMME)
    assert peer is not None
    propose(db, cast.coach.id, cast.peer.id, peer.id, "https://proposed.example/kumquat")
    world.secrets.append(Secret("https://proposed.example/kumquat", ("peer", "coach")))


def _entry(role: str, name: str) -> FeedEntry:
    words = f"{role} blogs {name}"
    url = f"https://{role}.example/{name.replace(' ', '-')}"
    return FeedEntry(words, url, f"Title that {words}", "", now(), (), f"<p>Text that {words}</p>")


def _own(db: Session, person: Person) -> Person:
    return db.get_one(Person, person.id)


def _make_groups(world: World, db: Session) -> None:
    cast = world.site.cast
    _own(db, cast.learner).real_name = "Real name kumquat"
    enrolment = active_enrolment(db, cast.learner.id, PROGRAMME)
    assert enrolment is not None
    world.ids["enrolment"] = enrolment.public_id
    keep_plan(db, enrolment, [Slot(6, time(22, 22), 35)], time_zone="Europe/Brussels", lead=None)
    world.secrets.append(Secret("Sunday 22:22, 35 minutes", ("learner",)))
    world.ids["pause"] = pause_token(world.site.app.state.settings.secret(), enrolment.public_id)
    full = _group(world, db, "Full House", "FULLHOUSE")
    full.seats = 1
    join_cohort(db, cast.loner.id, full)
    riverside = db.get_one(Cohort, cast.cohort.id)
    write_thing_note(db, riverside, "first", "Note of the group kumquat", actor_id=cast.coach.id)
    over = _group(world, db, "Over And Out", "OVERANDOUT")
    over.ends_on = over.created_at.date().replace(year=2020)
    db.flush()
    world.secrets += [
        Secret("Real name kumquat", ("learner", "coach", *DESK)),
        Secret("Note of the group kumquat", ("learner", "peer", "coach")),
        Secret(enrolment.public_id, ("learner",)),
        Secret(cast.other_cohort.code, (*DESK, "other_coach"), shown=False),
    ]


def _ask_and_invite(world: World, db: Session) -> None:
    """Somebody who asks to join, an invitation that everybody has the link of, and one that nobody has."""
    cast, secret = world.site.cast, world.site.app.state.settings.secret()
    _group(world, db, "Ask First", "ASKFIRST").joining = Joining.APPROVAL
    db.add(JoinRequest(cohort_id=cast.cohort.id, person_id=cast.stranger.id))
    for name in ("invited", "invitation"):
        public_id = new_public_id()
        token = mailed_token(secret, PURPOSE, public_id)
        email = f"{name}.kumquat@example.org"
        db.add(
            Invitation(
                public_id=public_id,
                token_hash=token_hash(token),
                cohort_id=cast.cohort.id,
                invited_by_id=cast.coach.id,
                email=email,
                name=f"Name {name} kumquat",
                language="en",
                invited_at=now() - timedelta(days=2),
                mailed_at=now() - timedelta(days=2),
            )
        )
        world.ids[name] = token if name == "invited" else public_id
    readers = ("coach", *DESK)
    world.secrets += [
        Secret(email, readers),
        Secret("Name invitation kumquat", readers),
        Secret(token),
        *(Secret(hash_) for (hash_,) in db.query(Invitation.token_hash)),
    ]


def _report(world: World, db: Session) -> None:
    """A link to the report that everybody has, one that was withdrawn, and one whose last day is over; and
    that of another group, which nobody was given."""
    site, secret = world.site, world.site.app.state.settings.secret()
    coach, other_coach = (load_viewer(db, world.token(role)) for role in ("coach", "other_coach"))
    assert coach is not None and other_coach is not None
    riverside = managed_cohort(db, coach, site.cast.cohort.public_id)
    hillside = managed_cohort(db, other_coach, site.cast.other_cohort.public_id)
    yesterday = (now() - timedelta(days=2)).date()
    given, withdrawn, over = (
        make_link(db, coach, riverside, ends_on=ends_on, once=None) for ends_on in (None, None, yesterday)
    )
    elsewhere = make_link(db, other_coach, hillside, ends_on=None, once=None)
    world.ids["report-link"], world.ids["report-link-elsewhere"] = given.public_id, elsewhere.public_id
    for name, link in (("reports", given), ("report-withdrawn", withdrawn), ("report-over", over)):
        world.ids[name] = report_word(secret, link.public_id)
    withdraw_link(db, coach, withdrawn)
    write_what_next(db, coach, riverside, "For everyone who has the link kumquat")
    write_what_next(db, other_coach, hillside, "What is next elsewhere kumquat")
    world.secrets += [
        Secret(world.ids["reports"], ("coach", *DESK)),
        Secret(report_word(secret, elsewhere.public_id), ("other_coach", *DESK)),
        Secret(world.ids["report-withdrawn"]),
        Secret(world.ids["report-over"]),
        Secret("What is next elsewhere kumquat", ("other_coach", *DESK)),
        Secret("For everyone who has the link kumquat", ROLES),
    ]


def _group(world: World, db: Session, name: str, code: str) -> Cohort:
    organizer = world.site.cast.organizer
    return create_cohort(
        db,
        organization_id=organizer.organization_id,
        created_by_id=organizer.id,
        programme_slug=PROGRAMME,
        name=name,
        mode=Mode.SELF_PACED,
        code=code,
    )


def _keep_addresses_secret(world: World) -> None:
    for role in SIGNED_IN:
        email = world.person(role).email
        assert email is not None
        world.secrets.append(Secret(email, tuple({role, *DESK})))
