"""Every table of the house, so that the metadata is whole wherever this is imported."""

from app.blogs import models as blogs
from app.coaching import models as coaching
from app.cohorts import models as cohorts
from app.db import Base
from app.events import models as events
from app.growth import models as growth
from app.insight import models as insight
from app.jobs import models as jobs
from app.journals import models as journals
from app.keeping import models as keeping
from app.mail import models as mail
from app.moderation import models as moderation
from app.notices import models as notices
from app.people import models as people
from app.plans import models as plans
from app.progress import models as progress
from app.sessions import models as sessions
from app.things import models as things

metadata = Base.metadata

__all__ = [
    "blogs",
    "coaching",
    "cohorts",
    "events",
    "growth",
    "insight",
    "jobs",
    "journals",
    "keeping",
    "mail",
    "metadata",
    "moderation",
    "notices",
    "people",
    "plans",
    "progress",
    "sessions",
    "things",
]
