"""Every page, as every kind of person, in every state: what the tests of all pages go through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx2
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.browser.server import Server
from tests.browser.stage import DEMO, PEOPLE, STARTED, TYPED, identity_cookie


@dataclass(frozen=True)
class Page:
    """How to come to a page: who opens which address of a route, or sends which form. Words in braces come
    from the stage. `main` pages are seen in every language; one that `leaves` is gone before one can look."""

    route: str
    state: str = ""
    who: str = ""
    at: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    form: Mapping[str, str] | None = None
    status: int = 200
    main: bool = False
    leaves: bool = False

    def __str__(self) -> str:
        method = "POST " if self.form is not None else ""
        return f"{self.who or 'signed out'}: {method}{self.route}{self.query}{f' ({self.state})' * bool(self.state)}"

    def address(self, names: Mapping[str, str]) -> str:
        """Raises KeyError where the table has no value for a parameter of the route."""
        given = {name: value.format_map(names) for name, value in self.at.items()}
        return self.route.format_map(given) + self.query.format_map(names)

    def sent(self, names: Mapping[str, str]) -> dict[str, str] | None:
        """The form, where there is one."""
        form = self.form
        return form if form is None else {name: value.format_map(names) for name, value in form.items()}


P, T = {"programme": DEMO}, {"programme": DEMO, "thing": STARTED}
RIVERSIDE, EMPTY = {"cohort": "{riverside_group}"}, {"cohort": "{empty_group}"}
APPROVAL, LIST = {"cohort": "{approval_group}"}, "Nele Wouters <nele@example.org>\nann@example.org;Ann;nl"
OWN = {"handle": "{learner}", "post": "{own_post}"}
COLLEAGUES = {"handle": "{colleague}", "post": "{colleague_post}"}
DRAFT = {"handle": "{learner}", "post": "{draft}"}
THEIRS = {"handle": "{writer}", "post": "{public_post}"}
THING, REFLECT = "/programmes/{programme}/{thing}", "/programmes/{programme}/{thing}/reflect"
THING_POSTS = "/programmes/{programme}/{thing}/posts"
TICK = "/programmes/{programme}/{thing}/activities/{activity}"
JOURNAL, POST = "/journals/{handle}", "/journals/{handle}/{post}"
ANSWERS = "/journals/{handle}/{post}/answers"
REVISION = "/journals/{handle}/{post}/revisions/{revision}"
ANSWER = "/journals/{handle}/{post}/answers/{answer}"
COACH_REPORTS, DESK_REPORTS = "/cohorts/{cohort}/coach/reports", "/organize/reports"
APPEAL = "/organize/appeals/{hiding}"
HIDDEN = {"handle": "{learner}", "post": "{hidden_post}"}
COMMENT = OWN | {"answer": "{comment}"}
GRID, LEARNER = "/cohorts/{cohort}/coach", "/cohorts/{cohort}/coach/learners/{handle}"
SESSIONS, WORK = "/cohorts/{cohort}/sessions", "/cohorts/{cohort}/coach/sessions"
SESSION = SESSIONS + "/{session}"
COMING, PAST, NOW, CANCELLED = (
    RIVERSIDE | {"session": f"{{{when}_meeting}}"} for when in ("coming", "past", "present", "cancelled")
)
REPLACE = "/organize/cohorts/{cohort}/coaches/{handle}/remove"
TOLD, TELL = "/cohorts/{cohort}/announcements", "/cohorts/{cohort}/coach/announcements"
TALK = "/conversations/{conversation}"
NOTED = RIVERSIDE | {"handle": "{learner}", "note": "{note}"}
ANNOUNCED = RIVERSIDE | {"announcement": "{announcement}"}
INBOX, READING = "/cohorts/{cohort}/coach/inbox", "/cohorts/{cohort}/coach/inbox/{post}"
TEMPLATES, PROMISE = "/coach/templates", "/cohorts/{cohort}/coach/promise"
PACE, REPORT = "/cohorts/{cohort}/coach/pace", "/cohorts/{cohort}/report"
LONG_AGO = {"ends_on": "2020-01-01"}
BLOG, BLOGS = "/account/blog", "/cohorts/{cohort}/coach/blogs"
MENTOR, STUCK_PAGE = "/enrolments/{enrolment}/mentor", "/programmes/{programme}/{thing}/stuck"
PODS, BUDDIES = "/cohorts/{cohort}/coach/pods", "/cohorts/{cohort}/coach/buddies"
NOBODY_DEALT = {"name": "Bees", "members": "nobody here", "once": "x"}
FILLED_IN = {"title": "A find", "body": TYPED}


def thing(slug: str) -> dict[str, str]:
    return {"programme": DEMO, "thing": slug}


PAGES = (
    Page("/", main=True),
    Page("/programmes"),
    Page("/programmes/{programme}", at=P),
    Page(THING, at=T, main=True),
    Page("/search", "nothing asked"),
    Page("/search", "found", query="?q=phishing"),
    Page("/sign-in", main=True),
    Page("/sign-in", "nothing filled in", form={}, status=422),
    Page("/sign-in/{provider}", "on to the provider", at={"provider": "city"}, form={}, leaves=True),
    Page("/sign-in/{provider}", "the provider is down", at={"provider": "gone"}, form={}, status=502),
    Page("/sign-up", main=True),
    Page("/sign-up", "nothing filled in", form={}, status=422),
    Page("/forgotten-password", main=True),
    Page("/forgotten-password", "nothing filled in", form={}, status=422),
    Page("/forgotten-password/asked"),
    Page("/reset/{token}", at={"token": "{reset_token}"}),
    Page("/reset/{token}", "too short", at={"token": "{reset_token}"}, form={"password": "x"}, status=422),
    Page("/reset/{token}", "used up", at={"token": "gone"}, status=404),
    Page("/unsubscribe", query="?token={unsubscribe_token}", main=True),
    Page("/unsubscribe", "done", query="?token={unsubscribe_token}", form={}),
    Page("/unsubscribe", "broken", query="?token=nothing", status=404),
    Page("/join/{code}", at={"code": "RIVERSIDE"}),
    Page(REFLECT, "signed out meanwhile", at=T, form=FILLED_IN, status=403),
    Page(JOURNAL, at=THEIRS),
    Page(POST, at=THEIRS),
    Page(THING_POSTS, at=T),
    Page("/programmes/{programme}", "no such page", at={"programme": "nothing"}, status=404, main=True),
    Page("/sign-out", "not a page", status=405),
    Page("/", "nothing begun", "newcomer", main=True),
    Page(JOURNAL, "empty", "newcomer", {"handle": "{newcomer}"}),
    Page("/posts/new", "in no group", "newcomer"),
    Page("/programmes/{programme}", "not begun", "newcomer", P),
    Page(THING, "not begun", "newcomer", thing("your-journal")),
    Page("/join", who="newcomer"),
    Page("/join", "no such code", "newcomer", form={"code": "nonsense"}, status=422),
    Page("/join/{code}", "open", "newcomer", {"code": "RIVERSIDE"}, main=True),
    Page("/join/{code}", "full", "newcomer", {"code": "FULL"}),
    Page("/join/{code}", "ended", "newcomer", {"code": "ENDED"}),
    Page("/join/{code}", "ended meanwhile", "newcomer", {"code": "ENDED"}, form={}, status=409),
    Page("/join/{code}", "by approval", "newcomer", {"code": "ASKFIRST"}),
    Page("/join/{code}", "asked", "busy", {"code": "ASKFIRST"}),
    Page("/invited/{token}", "no account yet", at={"token": "{invited_token}"}, main=True),
    Page("/invited/{token}", "nothing filled in", at={"token": "{invited_token}"}, form={}, status=422),
    Page("/invited/{token}", "an account", at={"token": "{invited_newcomer}"}),
    Page("/invited/{token}", "signed in", "newcomer", {"token": "{invited_newcomer}"}),
    Page("/invited/{token}", "used up", at={"token": "gone"}, status=404),
    Page("/account/identities/new", who="newcomer"),
    Page("/posts/new", "which group?", "busy"),
    Page("/confirm/{token}", who="busy", at={"token": "{confirm_token}"}),
    Page("/confirm/{token}", "used up", "busy", {"token": "gone"}, status=404),
    Page("/", "in two programmes", "busy"),
    Page("/", "in the middle", "learner", main=True),
    Page("/programmes", who="learner"),
    Page("/programmes/{programme}", who="learner", at=P, main=True),
    Page(THING, "started", "learner", T, main=True),
    Page(THING, "complete", "learner", thing("your-journal")),
    Page(STUCK_PAGE, who="learner", at=T, main=True),
    Page("/mentoring", "nobody", "learner"),
    Page("/mentoring", who="organizer", main=True),
    Page("/mentor/{token}", who="newcomer", at={"token": "{mentor_word}"}),
    Page("/mentor/{token}", "their own", "busy", {"token": "{mentor_word}"}, form={}, status=409),
    Page(MENTOR, who="learner", at={"enrolment": "{enrolment}"}, main=True),
    Page(MENTOR, "asked", "busy", {"enrolment": "{asking_enrolment}"}),
    Page(MENTOR, "nobody yet", "busy", {"enrolment": "{lone_enrolment}"}),
    Page(PODS + "/{pod}", who="coach", at=RIVERSIDE | {"pod": "{pod}"}),
    Page(STUCK_PAGE, "nothing filled in", "learner", T, form={}, status=422),
    Page(STUCK_PAGE, "nobody to ask", "newcomer", T),
    Page(THING, "with a picture", "learner", thing("short-video")),
    Page(THING, "with a table", "learner", thing("chart-from-open-data")),
    Page(THING, "optional", "learner", thing("breather-read-others")),
    Page(TICK, "neither yes nor no", "learner", T | {"activity": "{activity}"}, form={}, status=422),
    Page(REFLECT, "nothing written", "learner", thing("short-video"), main=True),
    Page(REFLECT, "a draft", "learner", T),
    Page(REFLECT, "preview", "learner", thing("short-video"), form=FILLED_IN | {"action": "preview"}),
    Page(REFLECT, "no text", "learner", thing("short-video"), form={"action": "publish"}, status=422),
    Page(REFLECT, "begun by somebody else", "learner", T, form=FILLED_IN | {"writer": "nobody"}, status=403),
    Page("/posts/new", who="learner"),
    Page("/posts/new", "no text", "learner", form={"action": "publish"}, status=422),
    Page(JOURNAL, "their own", "learner", OWN, main=True),
    Page(JOURNAL, "somebody else’s", "learner", THEIRS),
    Page(POST, "their own", "learner", OWN, main=True),
    Page(POST, "somebody else’s", "learner", THEIRS),
    Page(POST, "a question", "learner", {"handle": "{asker}", "post": "{question}"}, main=True),
    Page(ANSWERS, "no text", "learner", OWN, form={}, status=422),
    Page(ANSWERS, "an empty reply", "learner", OWN, form={"parent": "{own_answer}"}, status=422),
    Page(ANSWER + "/edit", who="learner", at=OWN | {"answer": "{own_answer}"}),
    Page(
        ANSWER + "/edit",
        "no text",
        "learner",
        OWN | {"answer": "{own_answer}"},
        form={},
        status=422,
    ),
    Page("/posts/new", "a question", "learner", query="?ask={riverside_group}"),
    Page("/cohorts/{cohort}/questions", who="learner", at=RIVERSIDE, main=True),
    Page("/cohorts/{cohort}/questions", "answered", "learner", RIVERSIDE, query="?show=answered"),
    Page("/cohorts/{cohort}/questions", "none", "coach", EMPTY),
    Page("/account/answers", who="learner"),
    Page("/account/answers", "none", "newcomer"),
    Page("/journals/{handle}/{post}/edit", "published", "learner", OWN),
    Page("/journals/{handle}/{post}/edit", "draft", "learner", DRAFT),
    Page(
        "/journals/{handle}/{post}/edit",
        "changed in another window",
        "learner",
        DRAFT,
        form=FILLED_IN | {"window": "another", "version": "1", "action": "draft"},
        status=409,
    ),
    Page("/journals/{handle}/{post}/revisions", who="learner", at=OWN),
    Page(REVISION, "compared", "learner", OWN | {"revision": "{revision}"}),
    Page("/cohorts/{cohort}", who="learner", at=RIVERSIDE, main=True),
    Page("/cohorts/{cohort}/people", who="learner", at=RIVERSIDE),
    Page("/join/{code}", "a member", "learner", {"code": "RIVERSIDE"}),
    Page("/account", who="learner", main=True),
    Page("/notices", who="learner", main=True),
    Page("/notices", "empty", "newcomer"),
    Page("/account/notices", "confirmed", "learner"),
    Page("/account/notices", "not confirmed", "newcomer", main=True),
    Page("/account/notices", "no such choice", "learner", form={"answer": "hourly"}, status=422),
    Page(THING_POSTS, "my group’s", "learner", T, main=True),
    Page(THING_POSTS, "everyone’s", "learner", T, "?show=everyone"),
    Page(THING_POSTS, "none", "newcomer", thing("breather-read-others")),
    Page("/account/feeds", who="learner", main=True),
    Page("/account/feeds", "none", "newcomer"),
    Page(POST + "/report", "to the coaches", "learner", COLLEAGUES, main=True),
    Page(POST + "/report", "nothing chosen", "learner", COLLEAGUES, form={"to": "coaches"}, status=422),
    Page(ANSWER + "/report", "to the organizers", "learner", COMMENT),
    Page(POST, "hidden", "learner", HIDDEN, main=True),
    Page(POST + "/appeal", "to be written", "learner", HIDDEN),
    Page(POST + "/appeal", "no words", "learner", HIDDEN, form={}, status=422),
    Page(POST + "/appeal", "decided", "learner", {"handle": "{learner}", "post": "{shown_post}"}),
    Page("/account/journal", who="learner", main=True),
    Page("/search", "nothing asked", "learner"),
    Page("/search", "found", "learner", query="?q=message", main=True),
    Page("/search", "found in a Thing", "learner", query=f"?q=password&about={DEMO}/{STARTED}"),
    Page("/search", "nothing found", "learner", query="?q=xylophonists"),
    Page("/search", "more Things", "learner", query="?q=the&things=5"),
    Page("/account/kept", who="learner", main=True),
    Page("/account/kept", "empty", "newcomer"),
    Page("/account/records", who="learner"),
    Page("/account/records", "empty", "newcomer"),
    Page("/account/kept/{kept}/note", who="learner", at={"kept": "{kept}"}),
    Page(
        "/account/kept/{kept}/note",
        "too long",
        "learner",
        {"kept": "{kept}"},
        form={"note": "x" * 4001},
        status=422,
    ),
    Page("/account/journal", "empty", "newcomer"),
    Page(BLOG, "none yet", "learner", main=True),
    Page(BLOG, "no such address", "learner", form={"url": "nonsense"}, status=422),
    Page(BLOG, "found", "learner", form={"url": "{blog}"}),
    Page(BLOG, "kept", "busy", main=True),
    Page(BLOG, "proposed", "newcomer"),
    Page("/account/profile", "no name", "learner", form={}, status=422),
    Page("/account/email", "no address", "learner", form={"email": "x"}, status=422),
    Page("/account/password", "not the current one", "learner", form={"password": "x"}, status=422),
    Page(GRID, "not theirs", "learner", RIVERSIDE, status=404),
    Page("/", who="coach", main=True),
    Page(GRID, who="coach", at=RIVERSIDE, main=True),
    Page(GRID, "nobody fits", "coach", RIVERSIDE, query="?q=zzz"),
    Page(GRID, "nobody joined", "coach", EMPTY),
    Page(GRID, "on one page", "coach", RIVERSIDE, query="?whole=1"),
    Page(INBOX, who="coach", at=RIVERSIDE, main=True),
    Page(INBOX, "all that is shared", "coach", RIVERSIDE, query="?show=all"),
    Page(INBOX, "nobody waits", "coach", EMPTY),
    Page(READING, who="coach", at=RIVERSIDE | {"post": "{own_post}"}, main=True),
    Page(
        READING,
        "filled in",
        "coach",
        RIVERSIDE | {"post": "{awaited_post}"},
        query="?show=waiting&template={template}",
    ),
    Page(READING, "approved", "coach", RIVERSIDE | {"post": "{approved_post}"}),
    Page(
        READING + "/another-look",
        "no words",
        "coach",
        RIVERSIDE | {"post": "{own_post}"},
        form={},
        status=422,
    ),
    Page(TEMPLATES, who="coach", main=True),
    Page(TEMPLATES, "none yet", "katrien"),
    Page(TEMPLATES, "nothing filled in", "coach", form={}, status=422),
    Page(TEMPLATES + "/new", who="coach"),
    Page(TEMPLATES + "/{template}", who="coach", at={"template": "{template}"}),
    Page(PROMISE, who="coach", at=RIVERSIDE, main=True),
    Page(PROMISE, "nothing chosen", "coach", RIVERSIDE, form={}, status=422),
    Page(LEARNER + "/talks", "no Thing", "coach", RIVERSIDE | {"handle": "{learner}"}, form={}, status=422),
    Page("/talks", who="learner", main=True),
    Page("/talks", "none", "newcomer"),
    Page(
        POST, "another look is wanted", "learner", {"handle": "{learner}", "post": "{wanted_post}"}, main=True
    ),
    Page(POST, "approved", "learner", {"handle": "{learner}", "post": "{approved_post}"}),
    Page(LEARNER, who="coach", at=RIVERSIDE | {"handle": "{learner}"}, main=True),
    Page(BLOGS, who="coach", at=RIVERSIDE, main=True),
    Page(BLOGS, "none yet", "coach", EMPTY),
    Page(BLOGS, "no list", "coach", RIVERSIDE, form={}, status=422),
    Page(BLOGS, "a list", "coach", RIVERSIDE, form={"blogs": "Lena Maes,lena.example\nNobody,x"}),
    Page(POST, "from a learner’s own blog", "coach", {"handle": "{blogger}", "post": "{blog_post}"}),
    Page("/cohorts/{cohort}", who="coach", at=RIVERSIDE),
    Page("/cohorts/{cohort}", "empty", "coach", EMPTY),
    Page(POST, "a learner’s", "coach", OWN),
    Page(POST, "hidden", "coach", HIDDEN),
    Page(POST + "/hide", who="coach", at=COLLEAGUES, main=True),
    Page(POST + "/hide", "no reason", "coach", COLLEAGUES, form={}, status=422),
    Page(ANSWER + "/hide", who="coach", at=OWN | {"answer": "{peer_comment}"}),
    Page(ANSWER + "/appeal", "not hidden", "learner", COMMENT, status=404),
    Page(COACH_REPORTS, who="coach", at=RIVERSIDE, main=True),
    Page(COACH_REPORTS, "none", "coach", EMPTY),
    Page(COACH_REPORTS + "/{report}", who="coach", at=RIVERSIDE | {"report": "{coach_report}"}),
    Page(
        COACH_REPORTS + "/{report}",
        "no reason",
        "coach",
        RIVERSIDE | {"report": "{coach_report}"},
        form={"action": "hide"},
        status=422,
    ),
    Page(SESSIONS, who="learner", at=RIVERSIDE, main=True),
    Page(SESSIONS, "none", "coach", EMPTY),
    Page(SESSION, "coming", "learner", COMING, main=True),
    Page(SESSION, "begun", "learner", NOW),
    Page(SESSION, "over", "learner", PAST),
    Page(SESSION, "cancelled", "coach", CANCELLED),
    Page(SESSION, "begun", "coach", NOW, main=True),
    Page(SESSION, who="organizer", at=COMING),
    Page(SESSION + "/answer", "neither yes nor no", "learner", COMING, form={}, status=422),
    Page(
        SESSION + "/answer", "cancelled meanwhile", "learner", CANCELLED, form={"answer": "yes"}, status=409
    ),
    Page(SESSION + "/here", "by the code", "learner", NOW, query="?word=lantern+47", main=True),
    Page(SESSION + "/here", "a wrong word", "learner", NOW, form={"word": "x"}, status=422),
    Page(SESSION + "/here", "not now", "learner", COMING),
    Page(LEARNER + "/notes/{note}/edit", who="coach", at=NOTED),
    Page(
        LEARNER + "/notes",
        "nothing written",
        "coach",
        RIVERSIDE | {"handle": "{learner}"},
        form={},
        status=422,
    ),
    Page("/cohorts/{cohort}/coach/poster", who="coach", at=RIVERSIDE),
    Page("/conversations", who="learner", main=True),
    Page("/conversations", who="coach"),
    Page("/conversations", "none", "newcomer"),
    Page(TALK, "proposed", "learner", {"conversation": "{proposed_talk}"}, main=True),
    Page(TALK, "proposed, as a coach", "coach", {"conversation": "{proposed_talk}"}),
    Page(TALK, "agreed", "learner", {"conversation": "{agreed_talk}"}),
    Page(TALK, "agreed, as a coach", "coach", {"conversation": "{agreed_talk}"}, main=True),
    Page(
        TALK + "/agree", "nothing chosen", "learner", {"conversation": "{proposed_talk}"}, form={}, status=422
    ),
    Page(LEARNER + "/conversations/new", who="coach", at=RIVERSIDE | {"handle": "{learner}"}, main=True),
    Page(
        LEARNER + "/conversations",
        "nothing filled in",
        "coach",
        RIVERSIDE | {"handle": "{learner}"},
        form={},
        status=422,
    ),
    Page("/enrolments/{enrolment}/conversation", who="learner", at={"enrolment": "{enrolment}"}),
    Page(TOLD, who="learner", at=RIVERSIDE, main=True),
    Page(TOLD, "none", "coach", EMPTY),
    Page(TOLD + "/{announcement}", "in another language", "learner", ANNOUNCED),
    Page(TOLD + "/{announcement}", "as a coach", "coach", ANNOUNCED, main=True),
    Page(TELL + "/new", who="coach", at=RIVERSIDE, main=True),
    Page(TELL, "nothing filled in", "coach", RIVERSIDE, form={}, status=422),
    Page(TELL + "/{announcement}/edit", who="coach", at=ANNOUNCED),
    Page(TELL + "/{announcement}/readers", who="coach", at=ANNOUNCED),
    Page(WORK + "/new", who="coach", at=RIVERSIDE, main=True),
    Page(WORK, "nothing filled in", "coach", RIVERSIDE, form={}, status=422),
    Page(WORK + "/{session}/edit", who="coach", at=COMING),
    Page(WORK + "/{session}/notes", who="coach", at=PAST),
    Page(WORK + "/{session}/cancel", who="coach", at=COMING),
    Page(WORK + "/{session}/attendance", who="coach", at=NOW, main=True),
    Page(WORK + "/{session}/attendance", "not yet", "coach", COMING),
    Page(WORK + "/{session}/room", who="coach", at=NOW, main=True),
    Page(WORK + "/{session}/room", "too short", "coach", NOW, form={"word": "x"}, status=422),
    Page("/organize", who="organizer", main=True),
    Page("/organize/programmes/{programme}", "in order", "organizer", P),
    Page("/organize/programmes/{programme}/health", who="organizer", at=P, main=True),
    Page(
        "/organize/programmes/{programme}/health", "few people", "organizer", {"programme": "demo-programme"}
    ),
    Page("/organize/programmes/{programme}", "mistakes", "organizer", {"programme": "demo-programme"}),
    Page("/organize/cohorts", who="organizer", main=True),
    Page("/organize/cohorts/new", who="organizer"),
    Page("/organize/cohorts", "nothing filled in", "organizer", form={}, status=422),
    Page("/organize/cohorts/{cohort}", who="organizer", at=RIVERSIDE, main=True),
    Page("/organize/cohorts/{cohort}", "no coach", "organizer", {"cohort": "{full_group}"}),
    Page("/organize/cohorts/{cohort}/promise", "nothing chosen", "organizer", RIVERSIDE, form={}, status=422),
    Page("/organize/cohorts/{cohort}/coaches", "nobody", "organizer", RIVERSIDE, form={}, status=422),
    Page(PACE, who="coach", at=RIVERSIDE, main=True),
    Page(PACE, "nobody joined", "coach", EMPTY),
    Page(REPORT, who="coach", at=RIVERSIDE, main=True),
    Page(REPORT, "hardly anybody joined", "organizer", EMPTY),
    Page(REPORT + "/links", "a day that is over", "coach", RIVERSIDE, form=LONG_AGO, status=422),
    Page(REPORT + "/next", who="coach", at=RIVERSIDE),
    Page("/reports/{token}", "by a link", at={"token": "{report_token}"}),
    Page("/reports/{token}", "withdrawn", at={"token": "gone"}, status=404),
    Page("/cohorts/{cohort}/coach/today", who="coach", at=RIVERSIDE, main=True),
    Page("/cohorts/{cohort}/coach/today", "nobody", "coach", EMPTY),
    Page("/cohorts/{cohort}/coach/today/rules", who="coach", at=RIVERSIDE),
    Page("/cohorts/{cohort}/coach/message", who="coach", at=RIVERSIDE),
    Page(PODS, who="coach", at=RIVERSIDE, main=True),
    Page(PODS, "nobody yet", "coach", EMPTY),
    Page(PODS + "/new", who="coach", at=RIVERSIDE),
    Page(PODS, "nothing filled in", "coach", RIVERSIDE, form={"once": "x"}, status=422),
    Page(PODS + "/deal", who="coach", at=RIVERSIDE, query="?size=3&anew=1"),
    Page(PODS + "/deal", "nobody there", "coach", EMPTY),
    Page(PODS + "/deal", "nobody of them there", "coach", RIVERSIDE, form=NOBODY_DEALT, status=422),
    Page(BUDDIES + "/new", who="coach", at=RIVERSIDE),
    Page(BUDDIES, "nobody chosen", "coach", RIVERSIDE, form={"once": "x"}, status=422),
    Page(BUDDIES + "/deal", who="coach", at=RIVERSIDE, query="?within=group"),
    Page(BUDDIES + "/deal", "nobody of them there", "coach", RIVERSIDE, form=NOBODY_DEALT, status=422),
    Page(GRID, "by small group", "coach", RIVERSIDE, "?sort=pod"),
    Page(
        "/cohorts/{cohort}/coach/message", "to nobody", "coach", RIVERSIDE, form={"text_en": "x"}, status=422
    ),
    Page(
        "/cohorts/{cohort}/coach/message",
        "looked at",
        "coach",
        RIVERSIDE,
        form={"text_en": "Hello {{name}}", "text_nl": "Dag {{name}}", "learner": "{learner}"},
    ),
    Page("/messages", who="learner"),
    Page("/join-requests", who="coach"),
    Page("/join-requests", "several groups", "organizer"),
    Page("/cohorts/{cohort}/coach/requests", "somebody asks", "coach", APPROVAL, main=True),
    Page("/cohorts/{cohort}/coach/requests", "whoever has the code", "coach", RIVERSIDE),
    Page("/cohorts/{cohort}/coach/invite", who="coach", at=APPROVAL),
    Page("/cohorts/{cohort}/coach/invite", "nobody yet", "coach", EMPTY),
    Page("/organize/cohorts/{cohort}", "somebody asks and is invited", "organizer", APPROVAL),
    Page("/organize/cohorts/{cohort}/requests", who="organizer", at=APPROVAL),
    Page("/organize/cohorts/{cohort}/invite", who="organizer", at=APPROVAL, main=True),
    Page("/organize/cohorts/{cohort}/invite", "a list", "organizer", APPROVAL, form={"addresses": LIST}),
    Page(
        "/organize/cohorts/{cohort}/invite",
        "a list to be mended",
        "organizer",
        APPROVAL,
        form={"addresses": f"{LIST}\nnobody\n{LIST}", "action": "invite"},
        status=422,
    ),
    Page("/cohorts/{cohort}/coach/time", who="coach", at=RIVERSIDE),
    Page("/cohorts/{cohort}/coach/time", "to nobody", "coach", RIVERSIDE, form={"what": "days"}, status=422),
    Page("/cohorts/{cohort}/coach/notes", who="coach", at=RIVERSIDE),
    Page("/cohorts/{cohort}/coach/notes/{thing}", who="coach", at={**RIVERSIDE, "thing": STARTED}),
    Page(f"{LEARNER}/remove", who="coach", at={**RIVERSIDE, "handle": "{learner}"}),
    Page("/enrolments/{enrolment}/break", who="learner", at={"enrolment": "{enrolment}"}),
    Page(
        "/enrolments/{enrolment}/break",
        "no day",
        "learner",
        {"enrolment": "{enrolment}"},
        form={},
        status=422,
    ),
    Page("/enrolments/{enrolment}/now", who="learner", at={"enrolment": "{enrolment}"}),
    Page("/enrolments/{enrolment}/agreement", who="learner", at={"enrolment": "{enrolment}"}),
    Page("/programmes/{programme}/record", who="learner", at=P),
    Page("/programmes/{programme}/record/posts", who="learner", at=P),
    Page("/enrolments/{enrolment}/plan", who="learner", at={"enrolment": "{enrolment}"}),
    Page(
        "/enrolments/{enrolment}/plan",
        "no time",
        "learner",
        {"enrolment": "{enrolment}"},
        form={"weekday_1": "3"},
        status=422,
    ),
    Page("/enrolments/{enrolment}/short", who="learner", at={"enrolment": "{enrolment}"}),
    Page("/enrolments/{enrolment}/stop", who="learner", at={"enrolment": "{enrolment}"}),
    Page("/enrolments/{enrolment}/looking-back", who="learner", at={"enrolment": "{enrolment}"}, main=True),
    Page(
        "/enrolments/{enrolment}/looking-back",
        "no such choice",
        "learner",
        {"enrolment": "{enrolment}"},
        form={"thing": "your-journal", "minutes": "7", "useful": "9"},
        status=422,
    ),
    Page("/enrolments/{enrolment}/looking-back", "nothing yet", "busy", {"enrolment": "{busy_enrolment}"}),
    Page(
        "/enrolments/{enrolment}/questions/{moment}",
        "at the start",
        "learner",
        {"enrolment": "{enrolment}", "moment": "start"},
        main=True,
    ),
    Page(
        "/enrolments/{enrolment}/questions/{moment}",
        "no such choice",
        "learner",
        {"enrolment": "{enrolment}", "moment": "end"},
        form={"dare": "9"},
        status=422,
    ),
    Page(THING + "/use", "no such choice", "learner", P | {"thing": "your-journal"}, form={}, status=422),
    Page(
        THING + "/use/line",
        "too long",
        "learner",
        P | {"thing": "your-journal"},
        form={"line": "x" * 301},
        status=422,
    ),
    Page("/pause/{token}", at={"token": "{pause_token}"}),
    Page("/pause/{token}", "taken", "", {"token": "{pause_token}"}, form={}),
    Page("/enrolments/{enrolment}/leave", who="learner", at={"enrolment": "{enrolment}"}),
    Page("/organize/cohorts/{cohort}/edit", who="organizer", at=RIVERSIDE),
    Page("/organize/cohorts/{cohort}/edit", "no name", "organizer", RIVERSIDE, form={}, status=422),
    Page("/organize/cohorts/{cohort}/run", who="organizer", at=RIVERSIDE),
    Page(
        "/organize/cohorts/{cohort}/run", "no rule", "organizer", RIVERSIDE, form={"rule": "none"}, status=422
    ),
    Page("/organize/cohorts/{cohort}/things", who="organizer", at=RIVERSIDE),
    Page("/organize/cohorts/{cohort}/things", "by weeks", "organizer", {"cohort": "{full_group}"}),
    Page("/programmes/{programme}", "by weeks", "busy", P),
    Page("/programmes/{programme}/{thing}", "with a note", "busy", T),
    Page("/programmes/{programme}/{thing}", "not open yet", "busy", P | {"thing": "looking-back"}),
    Page("/organize/cohorts/{cohort}/copy", who="organizer", at=RIVERSIDE),
    Page("/organize/cohorts/{cohort}/end", who="organizer", at=RIVERSIDE),
    Page(REPLACE, who="organizer", at=RIVERSIDE | {"handle": "{coach}"}),
    Page(
        REPLACE,
        "an unknown address",
        "organizer",
        RIVERSIDE | {"handle": "{coach}"},
        form={"email": "nobody@example.org"},
        status=422,
    ),
    Page("/organize/cohorts/{cohort}/poster", who="organizer", at=RIVERSIDE),
    Page(DESK_REPORTS, who="organizer", main=True),
    Page(DESK_REPORTS + "/{report}", who="organizer", at={"report": "{desk_report}"}),
    Page(APPEAL, who="organizer", at={"hiding": "{appealed}"}, main=True),
    Page(APPEAL, "no answer", "organizer", {"hiding": "{appealed}"}, form={}, status=422),
    Page("/organize/log", who="organizer", main=True),
    Page("/organize/people", who="organizer"),
    Page("/organize/people", "nobody found", "organizer", query="?q=zzz"),
    Page("/organize/people", who="admin"),
    Page("/organize/background", who="admin", main=True),
    Page("/organize/people/{public_id}/reset-link", "asked", "admin", {"public_id": "{newcomer_id}"}),
    Page("/organize/people/{public_id}/reset-link", "made", "admin", {"public_id": "{newcomer_id}"}, form={}),
)

BEFORE_SET_UP = (
    Page("/", "before set-up"),
    Page("/programmes", "before set-up"),
    Page("/sign-up", "before set-up"),
    Page("/start/{token}", at={"token": "{start_token}"}),
    Page("/start/{token}", "nothing filled in", at={"token": "{start_token}"}, form={}, status=422),
)
"""Of a site that has no organizer yet."""

NO_PAGES = {
    "/-/changes": "a stream of events",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/programmes/{programme}/images/{path:path}": "pictures",
    "/pictures/{name}": "pictures",
    "/account/journal.zip": "an archive",
    "/journals/{handle}/feed.atom": "a feed",
    "/cohorts/{cohort}/feed.atom": "a feed",
    "/programmes/{programme}/{thing}/feed.atom": "a feed",
    "/cohorts/{cohort}/journals.opml": "a list for feed readers",
    "/cohorts/{cohort}/coach/progress.csv": "a file for spreadsheets",
    "/calendar.ics": "a calendar",
    "/cohorts/{cohort}/calendar.ics": "a calendar",
    "/cohorts/{cohort}/sessions/{session}/calendar.ics": "a calendar",
    "/enrolments/{enrolment}/plan.ics": "a calendar",
    "/styleguide": "each component twice, for whoever works on the look",
    "/sign-in/{provider}/callback": "leads on to another page",
}


def routes_of_pages(app: FastAPI) -> Iterator[str]:
    """Every address that a browser can open."""
    for route in iter_route_contexts(app.routes):
        if route.path and "GET" in (route.methods or ()) and route.path not in NO_PAGES:
            yield route.path


def cookies_for(server: Server, who: str) -> dict[str, str]:
    """What the browser of this person holds."""
    if not who:
        return {}
    cookies = {"dingen": server.session_of(PEOPLE[who])}
    return cookies | ({"dingen_identity": identity_cookie(server)} if who == "newcomer" else {})


class Visitor:
    """Fetches pages as one person, in one language, without a browser."""

    def __init__(self, server: Server, names: Mapping[str, str], who: str, language: str = "en") -> None:
        self.names = names
        self.client = httpx2.Client(
            base_url=server.url,
            cookies=cookies_for(server, who),
            headers={"accept-language": language, "accept-encoding": "gzip"},
        )

    def fetch(self, page: Page) -> httpx2.Response:
        """The page; fails where it answers otherwise than the table says."""
        method = "GET" if page.form is None else "POST"
        response = self.client.request(method, page.address(self.names), data=page.sent(self.names))
        assert response.status_code == page.status, f"{page} answered {response.status_code}"
        return response
