"""What a group's coaches promise: set by one of them or by an organizer, read by its learners."""

from __future__ import annotations

import pytest

from tests.conftest import Site
from tests.pages import see, value, words


@pytest.mark.parametrize("who", ["coach", "organizer"])
def test_coaches_and_organizers_say_what_is_promised(site: Site, who: str) -> None:
    cohort = site.cast.cohort.public_id
    page, act = {
        "coach": (f"/cohorts/{cohort}/coach/promise", f"/cohorts/{cohort}/coach/promise"),
        "organizer": (f"/organize/cohorts/{cohort}", f"/organize/cohorts/{cohort}/promise"),
    }[who]
    client, learner = site.client(getattr(site.cast, who)), site.client(site.cast.learner)
    group = f"/cohorts/{cohort}"
    assert value(see(client.get(page)), "promise") == "first"
    first = "Your coach reads what you share, and answers your first post and whenever you ask."
    assert first in words(see(learner.get(group)))
    see(client.post(act, data={"promise": "every", "days": "1", "text": "Not in July."}), 303)
    shown = see(client.get(page))
    assert [value(shown, name) for name in ("promise", "days", "text")] == ["every", "1", "Not in July."]
    every = "answers every reflection and whenever you ask. That takes one working day at most. Not in July."
    assert every in words(see(learner.get(group)))
    wrong = see(client.post(act, data={"promise": "first", "days": "99", "text": "Kept."}), 422)
    assert wrong.css("#f-days-error") and value(wrong, "text") == "Kept."
    see(client.post(act, data={"promise": "none", "days": "5", "text": "We read on <b>Fridays</b>."}), 303)
    said = words(see(learner.get(group)))
    assert "We read on <b>Fridays</b>." in said and "working days" not in said
    assert not see(learner.get("/programmes/demo-programme/first/reflect")).css("#f-asks")
