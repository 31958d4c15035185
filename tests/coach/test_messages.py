"""A coach writes to one learner or many: in each one's language, once a week at most, by page and by mail."""

from __future__ import annotations

from datetime import timedelta

from httpx2 import Response
from sqlalchemy import select, update

from app.clock import now, set_to
from app.coaching.models import Nudge
from app.cohorts.models import Cohort
from app.cohorts.queries import active_enrolment
from app.cohorts.running import pause, set_run
from app.cohorts.runs import Rhythm, Run
from app.cohorts.services import add_coach
from app.notices.models import Frequency, Kind
from app.notices.services import choose
from app.people.models import Person
from tests.cast import PROGRAMME
from tests.conftest import Site
from tests.deeds import crowd, tick
from tests.mail.letters import html_of, text_of
from tests.pages import see, value, words


def url(site: Site) -> str:
    return f"/cohorts/{site.cast.cohort.public_id}/coach/message"


def write(site: Site, *people: Person, by: Person | None = None, status: int = 303, **form: str) -> Response:
    learner = [person.handle for person in people]
    fields = {"text_en": "Hello {name}, shall we talk?", "action": "send", "once": "a-message", **form}
    browser = site.client(by or site.cast.coach)
    answer: Response = browser.post(url(site), data={"learner": learner, **fields})
    see(answer, status)
    return answer


def messages(site: Site, person: Person) -> list[str]:
    page = see(site.client(person).get("/messages"))
    return [node.text() for node in page.css("article .kept-note")]


def test_a_message_is_looked_at_before_it_is_sent(site: Site) -> None:
    cast = site.cast
    page = see(write(site, cast.learner, action="look", status=200), 200)
    assert "Hello Lena, shall we talk?" in words(page, "section.note")
    assert "Thing 1: The first Thing, about 20 minutes" in words(page, "section.note")
    assert messages(site, cast.learner) == []
    write(site, cast.learner, cast.peer, once=value(page, "once"))
    write(site, cast.learner, cast.peer, once=value(page, "once"))
    assert messages(site, cast.learner) == ["Hello Lena, shall we talk?"]
    assert messages(site, cast.peer) == ["Hello Piet, shall we talk?"]
    assert messages(site, cast.other_learner) == []
    notice = words(see(site.client(cast.learner).get("/notices")))
    assert "Cora Janssens wrote to you" in notice and "shall we talk" not in notice


def test_a_message_names_the_step_that_the_learner_s_own_page_has(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        cohort = db.get_one(Cohort, cast.cohort.id)
        cohort.starts_on = now().date()
        set_run(db, cohort, Run(rhythm=Rhythm.WEEKLY), actor_id=cast.organizer.id)
    tick(site, cast.learner, "second/start")
    home = see(site.client(cast.learner).get("/"))
    assert "Next: Thing 1" in words(home)
    page = see(write(site, cast.learner, action="look", status=200), 200)
    assert "Thing 1: The first Thing" in words(page, "section.note")


def test_each_language_is_looked_at_before_it_is_sent(site: Site) -> None:
    with site.db() as db:
        cohort = db.get_one(Cohort, site.cast.cohort.id)
        many = crowd(db, [f"Aa {letter}" for letter in "abcdefgh"], cohort)
        choose(db, many[0].id, {Kind.MESSAGE: Frequency.NEVER})
        languages = {"nl": many[6].id, "fr": many[7].id}
        for language, person_id in languages.items():
            db.execute(update(Person).where(Person.id == person_id).values(language=language))
    texts = {"text_nl": "Dag {name}", "text_fr": "Bonjour {name}"}
    page = see(write(site, *many, site.cast.learner, action="look", status=200, **texts), 200)
    shown = [" ".join(node.text(separator=" ").split()) for node in page.css("section.note > .kicker")]
    assert shown == ["Aa b", "Aa c", "Aa d", "Aa g", "Aa h"]
    assert page.css_first('section.note [lang="nl"] .kept-note').text() == "Dag Aa"
    assert "3 more people get it." in words(page) and "Aa a gets nothing" in words(page)
    assert page.css_first('button[value="send"]') is not None


def test_everyone_reads_their_own_language(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        db.execute(update(Person).where(Person.id == cast.peer.id).values(language="nl"))
    page = see(write(site, cast.learner, cast.peer, status=422), 422)
    assert words(page, "#f-text_nl-error")
    write(site, cast.learner, cast.peer, text_nl="Dag {name}, zullen we praten?")
    assert messages(site, cast.peer) == ["Dag Piet, zullen we praten?"]
    assert messages(site, cast.learner) == ["Hello Lena, shall we talk?"]


def test_nobody_gets_two_in_seven_days_whoever_sends_them(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        add_coach(db, cast.cohort, cast.other_coach.id, actor_id=None)
    write(site, cast.learner)
    page = see(write(site, cast.learner, cast.peer, by=cast.other_coach, action="look", status=200), 200)
    assert "Lena Maes gets nothing: had a message in the last seven days." in words(page)
    write(site, cast.learner, cast.peer, by=cast.other_coach, once="another")
    assert len(messages(site, cast.learner)) == len(messages(site, cast.peer)) == 1
    with set_to(now() + timedelta(days=7, minutes=1)):
        write(site, cast.learner, by=cast.other_coach, once="a-third")
        assert len(messages(site, cast.learner)) == 2


def test_who_wants_none_or_takes_a_break_gets_none(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        choose(db, cast.learner.id, {Kind.MESSAGE.value: Frequency.NEVER})
        enrolment = active_enrolment(db, cast.peer.id, PROGRAMME)
        assert enrolment is not None
        today = now().date()
        pause(db, [enrolment], today, today + timedelta(days=9), actor_id=cast.peer.id)
    page = words(see(write(site, cast.learner, cast.peer, action="look", status=200), 200))
    assert "Lena Maes gets nothing: wants no messages." in page
    assert "Piet Claes gets nothing: takes a break." in page
    write(site, cast.learner, cast.peer)
    assert messages(site, cast.learner) == messages(site, cast.peer) == []


def test_the_letter_has_the_text_the_next_step_and_a_way_out(site: Site) -> None:
    cast = site.cast
    with site.db() as db:
        db.execute(update(Person).values(email_verified_at=now()))
    write(site, cast.learner, text_en="Hello {name}, <b>shall</b> we talk?")
    (letter,) = site.mail()
    assert letter["Subject"] == "Cora Janssens wrote to you"
    assert "Hello Lena, <b>shall</b> we talk?" in text_of(letter)
    assert f"/programmes/{PROGRAMME}/first" in text_of(letter)
    assert "&lt;b&gt;shall" in html_of(letter) and "The first Thing" in html_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    write(site, cast.peer, once="b")
    with site.db() as db:
        db.execute(update(Person).where(Person.id == cast.peer.id).values(email_verified_at=None))
    assert not site.mail()


def test_a_suggestion_stands_there_in_each_language(site: Site) -> None:
    page = see(site.client(site.cast.coach).get(f"{url(site)}?learner=lena-maes&about=not-begun"))
    assert value(page, "text_en").startswith("Good that you are in the group, {name}.")
    assert page.css_first('input[value="lena-maes"]').attributes.keys() >= {"checked"}
    assert see(site.client(site.cast.coach).get(f"{url(site)}?about=nonsense")) is not None


def test_a_coach_sees_on_the_learner_s_page_what_was_written(site: Site) -> None:
    write(site, site.cast.learner)
    learner = f"/cohorts/{site.cast.cohort.public_id}/coach/learners/lena-maes"
    page = words(see(site.client(site.cast.coach).get(learner)))
    assert "Hello Lena, shall we talk?" in page and "A coach wrote to them" in page


def test_nobody_outside_the_group_is_written_to(site: Site) -> None:
    page = see(write(site, site.cast.other_learner, status=422), 422)
    assert "Choose at least one person." in words(page)
    with site.db() as db:
        assert db.scalars(select(Nudge)).all() == []
