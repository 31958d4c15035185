"""Every table of the house, so that the metadata is whole wherever this is imported."""

from app.cohorts import models as cohorts
from app.db import Base
from app.events import models as events
from app.journals import models as journals
from app.people import models as people
from app.progress import models as progress
from app.things import models as things

metadata = Base.metadata

__all__ = ["cohorts", "events", "journals", "metadata", "people", "progress", "things"]
