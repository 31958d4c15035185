"""Answers that a coach gives often: theirs alone, in the language of whoever they answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.coaching.answer_templates import MOST_TEMPLATES, filled
from app.coaching.models import AnswerTemplate
from app.people.models import Person
from tests.conftest import Site
from tests.deeds import reflect
from tests.pages import see, value, words

TEXTS = {
    "title": "Well done",
    "text_en": "Well done, {name}. I liked your {thing}.",
    "text_nl": "Goed gedaan, {name}. Mooi stuk over {thing}.",
}


def keep(site: Site, person: Person | None = None, **form: str) -> str:
    """The address of a new one."""
    client = site.client(person or site.cast.coach)
    see(client.post("/coach/templates", data={"once": form.get("title", "x"), **TEXTS, **form}), 303)
    with site.db() as db:
        newest = db.scalars(select(AnswerTemplate).order_by(AnswerTemplate.id.desc())).first()
    assert newest is not None
    return f"/coach/templates/{newest.public_id}"


def speaks(site: Site, language: str, **values: str) -> None:
    with site.db() as db:
        learner = db.get_one(Person, site.cast.learner.id)
        learner.language = language
        for name, text in values.items():
            setattr(learner, name, text)


def prefilled(site: Site, post: str, template: str) -> tuple[str, str]:
    """What the page would send, and what it says about that."""
    url = f"/cohorts/{site.cast.cohort.public_id}/coach/inbox/{post.rpartition('/')[2]}"
    page = see(site.client(site.cast.coach).get(url, params={"template": template.rpartition("/")[2]}))
    return value(page, "body"), words(page, "[aria-labelledby=answering]")


def test_a_template_fills_the_form_in_the_language_of_the_learner(site: Site) -> None:
    post, template = reflect(site, site.cast.learner), keep(site)
    speaks(site, "nl")
    text, _ = prefilled(site, post, template)
    assert text == "Goed gedaan, Lena Maes. Mooi stuk over Het eerste Ding."
    speaks(site, "en")
    assert prefilled(site, post, template)[0] == "Well done, Lena Maes. I liked your The first Thing."
    speaks(site, "fr")
    text, said = prefilled(site, post, template)
    assert text.startswith("Well done")
    assert "You have no text in the language of Lena Maes. This one is in another: English." in said


def test_a_name_stays_text_wherever_it_is_filled_in(site: Site) -> None:
    name = "<img src=x onerror=alert(1)> {thing} [x](javascript:alert(1))"
    speaks(site, "en", name=name)
    post, template = reflect(site, site.cast.learner), keep(site)
    text, _ = prefilled(site, post, template)
    assert text == f"Well done, {name}. I liked your The first Thing."
    client = site.client(site.cast.coach)
    see(client.post(f"{post}/answers", data={"body": text, "audience": "coaches"}), 303)
    for page in (see(client.get(post)), see(site.client(site.cast.learner).get(post))):
        assert not page.css(".comments img") and not page.css('.comments a[href^="javascript"]')


@pytest.mark.parametrize(
    ("text", "became"),
    [
        ("{name}{name}", "AnnAnn"),
        ("{thing} by {name}", "Maps by Ann"),
        ("{Name} {other} {{name}} 100% {}", "{Name} {other} {Ann} 100% {}"),
        ("", ""),
    ],
)
def test_only_the_two_words_stand_for_others(text: str, became: str) -> None:
    template = AnswerTemplate(title="x", text_en=text, text_nl="", text_fr="")
    assert filled(template, ("en",), name="Ann", thing="Maps")[1] == became


def test_templates_are_changed_and_deleted_and_nobody_elses(site: Site) -> None:
    template, client = keep(site), site.client(site.cast.coach)
    post = reflect(site, site.cast.learner)
    page = see(client.get(template))
    assert value(page, "title") == "Well done" and value(page, "text_nl").startswith("Goed gedaan")
    see(client.post(template, data={"title": "Short", "text_fr": "Bravo."}), 303)
    page = see(client.get("/coach/templates"))
    assert words(page, ".rows") == "Short French"
    other = site.client(site.cast.other_coach)
    assert not see(other.get("/coach/templates")).css(".rows")
    for path in (template, f"{template}/delete"):
        see(other.post(path, data=TEXTS), 404)
    theirs = keep(site, site.cast.other_coach, title="Theirs")
    url = f"/cohorts/{site.cast.cohort.public_id}/coach/inbox/{post.rpartition('/')[2]}"
    see(client.get(url, params={"template": theirs.rpartition("/")[2]}), 404)
    see(client.post(f"{template}/delete"), 303)
    see(client.get(template), 404)
    see(site.client(site.cast.learner).get("/coach/templates"), 404)


def test_a_template_needs_a_name_and_a_text(site: Site) -> None:
    client = site.client(site.cast.coach)
    page = see(client.post("/coach/templates", data={"title": "Empty"}), 422)
    assert "at least one language" in words(page, "#f-text_en-error") and value(page, "title") == "Empty"
    page = see(client.post("/coach/templates", data={"text_en": "Kept."}), 422)
    assert page.css("#f-title-error") and value(page, "text_en") == "Kept."


def test_there_is_an_end_to_templates(site: Site) -> None:
    with site.db() as db:
        db.add_all(
            AnswerTemplate(person_id=site.cast.coach.id, title=f"T{n}", text_en="x", once=f"{n}")
            for n in range(MOST_TEMPLATES)
        )
    client = site.client(site.cast.coach)
    page = see(client.post("/coach/templates", data={**TEXTS, "once": "one more"}), 422)
    assert "Delete one first." in words(page, "#f-title-error")
    see(client.post("/coach/templates", data={**TEXTS, "once": "1"}), 303)
