"""The cast: the same people and groups in every test."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohorts.models import Cohort, Mode
from app.cohorts.services import add_coach, create_cohort, enrol
from app.journals.services import join_cohort
from app.people.models import Person, Role
from app.people.services import create_person, the_organization

PROGRAMME = "demo-programme"
PASSWORD = "a quiet library corner"


@dataclass
class Cast:
    """`learner` and `peer` learn in `cohort` with `coach`; `other_learner` and `other_coach` belong to
    `other_cohort`; `loner` learns alone; `stranger` does nothing yet."""

    learner: Person
    peer: Person
    coach: Person
    other_learner: Person
    other_coach: Person
    loner: Person
    stranger: Person
    organizer: Person
    administrator: Person
    cohort: Cohort
    other_cohort: Cohort


def make_cast(db: Session, password_hash: str) -> Cast:
    organization = the_organization(db, "Test site")

    def person(name: str, role: Role = Role.MEMBER) -> Person:
        email = f"{name.split()[0].lower()}@example.org"
        return create_person(db, name=name, email=email, password_hash=password_hash, role=role)

    people = {
        "learner": person("Lena Maes"),
        "peer": person("Piet Claes"),
        "coach": person("Cora Janssens"),
        "other_learner": person("Otto Peeters"),
        "other_coach": person("Oda Willems"),
        "loner": person("Lou Martin"),
        "stranger": person("Stien Vos"),
        "organizer": person("Omar Idrissi", Role.ORGANIZER),
        "administrator": person("Ada Vermeulen", Role.ADMINISTRATOR),
    }

    def cohort(name: str, code: str, coach: Person) -> Cohort:
        made = create_cohort(
            db,
            organization_id=organization.id,
            created_by_id=people["organizer"].id,
            programme_slug=PROGRAMME,
            name=name,
            mode=Mode.COACH_LED,
            code=code,
        )
        add_coach(db, made, coach.id, actor_id=people["organizer"].id)
        return made

    riverside = cohort("Riverside Library", "RIVERSIDE", people["coach"])
    hillside = cohort("Hillside School", "HILLSIDE", people["other_coach"])
    join_cohort(db, people["learner"].id, riverside)
    join_cohort(db, people["peer"].id, riverside)
    join_cohort(db, people["other_learner"].id, hillside)
    enrol(db, people["loner"].id, PROGRAMME)
    return Cast(**people, cohort=riverside, other_cohort=hillside)
