"""What the demo lacks to show every page in every state."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blogs.models import Blog, BlogEntry, State, Takes, Trouble
from app.blogs.parsing import Feed, FeedEntry
from app.blogs.services import register
from app.clock import now
from app.coaching.conversation_queries import seat_at
from app.coaching.conversations import Proposal, add_action, add_point, agree, propose_talk, summarize
from app.coaching.notes import write_coach_note
from app.cohorts.announcing import Said, announce
from app.cohorts.invitations import PURPOSE, check_list, invite_all
from app.cohorts.mentoring import ask_mentor, word_of
from app.cohorts.models import Cohort, Enrolment, Invitation, Joining, Mode, Pod
from app.cohorts.queries import active_enrolment
from app.cohorts.requests import ask
from app.cohorts.running import write_note as write_thing_note
from app.cohorts.runs import Rhythm, Run
from app.cohorts.services import add_coach, create_cohort, enrol
from app.insight.links import make_link, report_word
from app.insight.services import write_what_next
from app.jobs.models import Job
from app.journals.models import Audience, Comment, Post, ReactionKind, Revision, Visibility
from app.journals.services import About, add_comment, join_cohort, publish_post, save_draft, start_post
from app.journals.talk import react
from app.keeping.services import keep_post, keep_thing, write_note
from app.learn.reminders import pause_token
from app.notices.services import DIGEST
from app.notices.unsubscribing import Unwanted, unsubscribe_token
from app.organize.letters import TRIAL
from app.people.mailed_links import ask_for_address_link, mailed_token
from app.people.models import AddressLink, Person
from app.people.oidc_cookies import WAITING, Waiting
from app.people.queries import person_by_email
from app.people.services import create_person, make_reset_link, open_session
from app.progress.queries import seen
from app.progress.services import complete_activity
from app.progress.viewers import absent_viewer, load_viewer
from app.sessions.models import LiveSession
from app.sessions.queries import managed_cohort
from app.sessions.services import Plan, cancel, plan_session, set_word
from tests.browser.moderated import moderate
from tests.browser.reviewed import review
from tests.browser.server import Server
from tests.cast import PASSWORD, PROGRAMME
from tests.conftest import CONTENT
from tests.peers.blogs import BlogServer, Item, fetcher

DEMO = "digital-work"
STARTED = "phishing-and-passkeys"
"""The Thing that the demo's learner is in."""
PEOPLE = {
    who: f"{who}@dingen.example"
    for who in ("learner", "coach", "organizer", "admin", "newcomer", "busy", "katrien")
}
"""The demo's four; a newcomer who did nothing yet; a learner of two programmes; and Katrien, who coaches the
group in which tests learn."""

TYPED = "Some **text** with a [link](https://example.org).\n\n- and\n- a list"
"""What somebody writes."""

BROKEN = (
    "---\ntitle: A Thing with mistakes\nminuts: 20\n---\nIts front matter has a word that nobody knows.\n"
)
UNREADABLE = "title: The front matter has no fence\n"


def lay_out_content(source: Path, target: Path) -> None:
    """The bundled content and a second programme, with mistakes for the organizer to see."""
    shutil.copytree(source, target)
    second = target / "things" / PROGRAMME
    shutil.copytree(CONTENT / "things" / PROGRAMME, second)
    (second / "04-broken.md").write_text(BROKEN)
    (target / "things" / "unreadable").mkdir()
    (target / "things" / "unreadable" / "programme.md").write_text(UNREADABLE)


def set_the_stage(server: Server, blogs: BlogServer) -> dict[str, str]:
    """People, groups and posts for every state; returns what addresses and forms are made of."""
    server.app.state.fetcher = fetcher()
    with server.db() as db:
        people = _people(db, server.app.state.passwords.hash(PASSWORD))
        groups = _groups(db, people)
        names = {who: person.handle for who, person in people.items()}
        names |= {f"{who}_id": person.public_id for who, person in people.items()}
        names |= {f"{name}_group": group.public_id for name, group in groups.items()}
        names |= _posts(db, server, people["learner"], people["coach"])
        beginner = active_enrolment(db, people["busy"].id, DEMO)
        assert beginner is not None
        names["busy_enrolment"] = beginner.public_id
        names |= _talk(db, people["learner"], people["coach"], names["own_post"])
        names |= moderate(db, people, names["own_post"])
        names |= review(db, people)
        names |= _invited(db, server, people, groups["approval"])
        names["reset_token"] = make_reset_link(db, people["busy"], people["admin"].id)
        names["confirm_token"] = _ask_for_an_address(db, server, people["busy"])
        unwanted = Unwanted(people["busy"].public_id, DIGEST)
        names["unsubscribe_token"] = unsubscribe_token(server.app.state.settings.secret(), unwanted)
        names |= _companions(db, server, groups["riverside"], people["busy"])
        names |= _meetings(db, groups["riverside"], people["coach"])
        names["note"] = _noted(db, people["learner"], people["coach"])
        names |= _talked(db, people["learner"], people["coach"])
        names["announcement"] = _announced(db, groups["riverside"], people["coach"])
        names |= _blogs(db, server, people, blogs)
        names["report_token"] = _report(db, server, people["coach"], groups["riverside"])
        _fail_in_the_background(db, people["busy"])
    return names


def _companions(db: Session, server: Server, group: Cohort, busy: Person) -> dict[str, str]:
    """One of the demo's small groups, and somebody who looks for a mentor in one of two programmes."""
    asking, alone = (active_enrolment(db, busy.id, programme) for programme in (DEMO, PROGRAMME))
    assert asking is not None and alone is not None
    pod = db.scalars(select(Pod).where(Pod.cohort_id == group.id).order_by(Pod.id)).first()
    assert pod is not None
    mentorship = ask_mentor(db, asking, "")
    return {
        "pod": pod.public_id,
        "asking_enrolment": asking.public_id,
        "lone_enrolment": alone.public_id,
        "mentor_word": word_of(server.app.state.settings.secret(), mentorship),
    }


def _meetings(db: Session, group: Cohort, coach: Person) -> dict[str, str]:
    """The demo's own, one that has begun, and one that is cancelled."""
    names = {}
    of_group = select(LiveSession).where(LiveSession.cohort_id == group.id).order_by(LiveSession.starts_at)
    past, coming = db.scalars(of_group)
    for when, hours in (("present", 0), ("cancelled", 48)):
        at = now() + timedelta(hours=hours)
        plan = Plan(
            "Together", at, at + timedelta(hours=2), "Room 1", "https://meet.example/", TYPED, [STARTED]
        )
        made = plan_session(db, group.id, plan, language="en", actor_id=coach.id)
        set_word(db, made, "lantern 47", actor_id=coach.id)
        names[f"{when}_meeting"] = made.public_id
    cancel(db, made, actor_id=coach.id)
    return names | {"past_meeting": past.public_id, "coming_meeting": coming.public_id}


def _noted(db: Session, learner: Person, coach: Person) -> str:
    enrolment, viewer = active_enrolment(db, learner.id, DEMO), absent_viewer(db, coach.id)
    assert enrolment is not None and viewer is not None
    assert enrolment.cohort_id is not None
    note = write_coach_note(db, viewer, enrolment.cohort_id, enrolment, TYPED, language="en", once="noted")
    return note.public_id


def _talked(db: Session, learner: Person, coach: Person) -> dict[str, str]:
    """A conversation that is proposed, and one that is agreed, with all that belongs to it."""
    enrolment = active_enrolment(db, learner.id, DEMO)
    by, to = absent_viewer(db, coach.id), absent_viewer(db, learner.id)
    assert enrolment is not None and enrolment.cohort_id is not None and by is not None and to is not None
    names = {}
    for name in ("proposed", "agreed"):
        at = [(now() + timedelta(days=days)).replace(microsecond=0) for days in (2, 3)]
        proposal = Proposal(at, 30, "By the window", "https://meet.example/talk", "Shall we?")
        once, group = f"talk-{name}", enrolment.cohort_id
        made = propose_talk(db, by, enrolment, group, proposal, language="en", once=once)
        names[f"{name}_talk"] = made.public_id
    seat = seat_at(db, to, made.public_id, to_change=True)
    agree(db, to, seat, at[0].isoformat())
    add_point(db, to, seat, "Which blog to read", once="point")
    add_action(db, to, seat, "Send the link", by_learner=False, due_on=at[1].date(), once="action")
    summarize(db, seat._replace(is_learner=False), TYPED)
    return names


def _announced(db: Session, group: Cohort, coach: Person) -> str:
    """In Dutch alone, with markup."""
    said = {"nl": Said("Een andere zaal", TYPED)}
    made = announce(db, group.id, said, language="nl", actor_id=coach.id, once="announced")
    return made.public_id


def _blogs(db: Session, server: Server, people: Mapping[str, Person], blogs: BlogServer) -> dict[str, str]:
    """One to be found, one in trouble with posts of every kind, one that was proposed, and the demo's own."""
    home = blogs.page("/", '<link rel="alternate" type="application/rss+xml" href="/feed" title="All of it">')
    items = (Item("Thing 2", hours=5), Item("A walk"), Item("From long ago", hours=24 * 400))
    blogs.feed("/feed", *items)
    enrolment = active_enrolment(db, people["busy"].id, DEMO)
    assert enrolment is not None
    entries = [
        FeedEntry(
            title,
            f"{home}{title.replace(' ', '-')}",
            title,
            "",
            now() - timedelta(hours=1),
            (),
            f"<p>{TYPED}</p>",
        )
        for title in ("Thing 1", "Gone", "Left out", "Locked")
    ]
    blog = register(
        db,
        people["busy"].id,
        address=home,
        feed_url=f"{home}feed",
        feed=Feed("Bo writes", home, "en", entries),
        enrolment=enrolment,
        visibility=Visibility.COHORT,
        takes=Takes.ALL,
        full_text=True,
        catalogue=server.app.state.library.catalogue,
        choices={entries[2].key: "", entries[3].key: STARTED},
    )
    blog.trouble, blog.status, blog.troubled_since = Trouble.STATUS, 403, now() - timedelta(days=2)
    gone = db.scalars(select(BlogEntry).where(BlogEntry.title == "Gone")).one()
    gone.gone_at = now()
    db.add(
        Blog(
            person_id=people["newcomer"].id,
            proposed_by_id=people["coach"].id,
            state=State.PROPOSED,
            address="https://nora.example/",
            visibility=Visibility.PRIVATE,
        )
    )
    handle, post = db.execute(
        select(Person.handle, Post.public_id)
        .join(Post, Post.author_id == Person.id)
        .where(Post.source_url.is_not(None), Person.id != people["busy"].id)
        .limit(1)
    ).one()
    return {"blog": home, "blogger": handle, "blog_post": post}


def _ask_for_an_address(db: Session, server: Server, person: Person) -> str:
    """The word in the link that was mailed."""
    secret = server.app.state.settings.secret()
    ask_for_address_link(db, person, "busy.elsewhere@example.org", "en", secret=secret)
    link = db.scalars(select(AddressLink).where(AddressLink.person_id == person.id)).one()
    return mailed_token(secret, "address", link.public_id)


def _invited(db: Session, server: Server, people: Mapping[str, Person], group: Cohort) -> dict[str, str]:
    """One person asks to join; somebody who is new here is invited, and the newcomer. The words in the links."""
    secret = server.app.state.settings.secret()
    ask(db, people["busy"].id, group)
    text = f"Somebody New <somebody.new@example.org>\n{PEOPLE['newcomer']}"
    organizer = people["organizer"].id
    invite_all(db, group, check_list(db, group, text), actor_id=organizer, language="en", secret=secret)
    made = db.scalars(select(Invitation).order_by(Invitation.id)).all()
    made[0].invited_at -= timedelta(days=2)
    words = [mailed_token(secret, PURPOSE, invitation.public_id) for invitation in made]
    return dict(zip(("invited_token", "invited_newcomer"), words, strict=True))


def _report(db: Session, server: Server, coach: Person, group: Cohort) -> str:
    """The word in a link to the report of a group."""
    viewer = absent_viewer(db, coach.id)
    assert viewer is not None
    cohort = managed_cohort(db, viewer, group.public_id)
    write_what_next(db, viewer, cohort, "Two of the desks go on in the new year.")
    link = make_link(db, viewer, cohort, ends_on=(now() + timedelta(days=30)).date(), once=None)
    return report_word(server.app.state.settings.secret(), link.public_id)


def _fail_in_the_background(db: Session, person: Person) -> None:
    for _ in range(2):
        TRIAL.post(db, person.id, "en")
    for job in db.scalars(select(Job)):
        job.died_at = now()
        job.error = "The mail server refuses it: 550 5.1.1 <bo@example.org>: there is no such mailbox here"


def _people(db: Session, password_hash: str) -> dict[str, Person]:
    """Without a language of their own: they read what their browser asks for."""
    for name, who in (("Nora Nijs", "newcomer"), ("Bo Buys", "busy"), ("Katrien Kok", "katrien")):
        create_person(db, name=name, email=PEOPLE[who], password_hash=password_hash, is_demo=True)
    people = {}
    for who, email in PEOPLE.items():
        person = person_by_email(db, email)
        assert person is not None, email
        person.language = None
        people[who] = person
    return people


WEEKLY = Run(rhythm=Rhythm.WEEKLY, closed=True, deadlines=True)


def _groups(db: Session, people: Mapping[str, Person]) -> dict[str, Cohort]:
    organizer, yesterday = people["organizer"], (now() - timedelta(days=1)).date()

    def group(name: str, code: str, **options: object) -> Cohort:
        return create_cohort(
            db,
            organization_id=organizer.organization_id,
            created_by_id=organizer.id,
            programme_slug=DEMO,
            name=name,
            mode=Mode.COACH_LED,
            code=code,
            **options,  # type: ignore[arg-type]
        )

    riverside = db.scalars(select(Cohort).where(Cohort.code == "RIVERSIDE")).one()
    groups = {
        "riverside": riverside,
        "harbour": group("Harbour Library", "HARBOUR"),
        "empty": group("Hilltop School", "HILLTOP"),
        "full": group("Station Corner", "FULL", seats=1, starts_on=yesterday, run=WEEKLY.text()),
        "approval": group("By The Sea", "ASKFIRST", joining=Joining.APPROVAL),
        "ended": group("Last year’s group", "ENDED", ends_on=yesterday),
    }
    add_coach(db, groups["harbour"], people["katrien"].id, actor_id=organizer.id)
    add_coach(db, groups["empty"], people["coach"].id, actor_id=organizer.id)
    add_coach(db, groups["approval"], people["coach"].id, actor_id=organizer.id)
    join_cohort(db, people["busy"].id, groups["full"])
    write_thing_note(db, groups["full"], STARTED, "Here we use Teams; ask **Ann**.", actor_id=organizer.id)
    enrol(db, people["busy"].id, PROGRAMME)
    return groups


def _posts(db: Session, server: Server, learner: Person, coach: Person) -> dict[str, str]:
    """A post that was just now written, changed and answered, one for the web, and a draft."""
    programme = server.app.state.library.catalogue.programmes[DEMO]
    thing = programme.thing(STARTED)
    enrolment = active_enrolment(db, learner.id, DEMO)
    assert thing is not None and enrolment is not None
    public = (
        select(Person.handle, Post.public_id)
        .join(Post, Post.author_id == Person.id)
        .where(Post.visibility == Visibility.PUBLIC, Person.id != learner.id)
        .order_by(Post.id)
    )
    writer, public_post = db.execute(public.limit(1)).one()
    complete_activity(db, seen(db, enrolment.id), programme, thing, thing.activity_ids[1])
    own = _answered_post(db, learner, coach, enrolment)
    first = select(Revision.public_id).where(Revision.post_id == own.id).order_by(Revision.id).limit(1)
    kept, _ = keep_thing(db, learner.id, DEMO, thing.slug)
    write_note(db, kept, "The third example, for the desk.\nAsk **Paul** for the others.")
    keep_post(db, learner.id, hidden_from(db, learner).id)
    return {
        "kept": kept.public_id,
        "own_post": own.public_id,
        "revision": db.scalars(first).one(),
        "writer": writer,
        "public_post": public_post,
        "draft": _draft(db, learner, About(enrolment, programme, thing)),
        "activity": thing.activity_ids[0],
        "enrolment": enrolment.public_id,
        "pause_token": pause_token(server.app.state.settings.secret(), enrolment.public_id),
    }


def _talk(db: Session, learner: Person, coach: Person, own_post: str) -> dict[str, str]:
    """Replies below feedback and below a comment, thanks, and a question that found its answer."""
    writer, reader = (load_viewer(db, open_session(db, person.id)) for person in (learner, coach))
    assert writer is not None and reader is not None
    post = db.scalars(select(Post).where(Post.public_id == own_post)).one()
    post.enrolment = active_enrolment(db, learner.id, DEMO)
    first = db.scalars(select(Comment).where(Comment.post_id == post.id).order_by(Comment.id)).all()
    for comment in first:
        add_comment(db, writer, post, body=TYPED, audience=None, parent=comment)
        reply = add_comment(db, reader, post, body="As @lena-maes says.", audience=None, parent=comment)
        react(db, writer, post, ReactionKind.THANKS, on=True, comment=reply)
    mine = add_comment(db, writer, post, body="Found it myself.", audience=Audience.READERS)
    mine.edited_at = now()
    react(db, reader, post, ReactionKind.WILL_TRY, on=True)
    question = select(Person.handle, Post.public_id).join(Post, Post.author_id == Person.id)
    handle, asked = db.execute(question.where(Post.is_question).order_by(Post.id.desc()).limit(1)).one()
    return {"own_answer": mine.public_id, "asker": handle, "question": asked}


def hidden_from(db: Session, person: Person) -> Post:
    """A post that is not theirs to read."""
    private = select(Post).where(Post.author_id != person.id, Post.visibility == Visibility.PRIVATE)
    return db.scalars(private.order_by(Post.id).limit(1)).one()


def _answered_post(db: Session, learner: Person, coach: Person, enrolment: Enrolment) -> Post:
    group = Visibility.COHORT
    post = start_post(db, learner.id, once="post", language="en", visibility=group, enrolment=enrolment)
    for title, body in (("A question", TYPED.replace("a list", "one item")), ("A quick question", TYPED)):
        publish_post(db, post, title=title, body=body, visibility=group, version=post.version)
    viewer = load_viewer(db, open_session(db, coach.id))
    assert viewer is not None
    for audience in Audience:
        add_comment(db, viewer, post, body="I would ask **Paul**.", audience=audience)
    return post


def _draft(db: Session, learner: Person, about: About) -> str:
    coaches = Visibility.COACHES
    post = start_post(db, learner.id, once="draft", language="en", visibility=coaches, about=about)
    save_draft(
        db,
        post,
        title="A strange message",
        body="It said that my parcel waits.",
        visibility=coaches,
        version=post.version,
        window="one",
        about=about,
    )
    return post.public_id


def identity_cookie(server: Server) -> str:
    """The cookie of somebody who comes back from a provider, and has to confirm that they link it."""
    request = Request({"type": "http", "app": server.app, "headers": []})
    response = Response()
    waiting = Waiting("city", "https://sign-in.example.org", "1", "nora@example.org", "/account")
    WAITING.keep(request, response, waiting)
    return response.headers["set-cookie"].partition(";")[0].partition("=")[2]
