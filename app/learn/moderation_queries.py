"""What a reader can do about a text that is not right, and what is said where one is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cohorts.queries import coaches_of
from app.journals.answers import CommentLine
from app.journals.models import Audience, Visibility
from app.journals.streams import PostDetail
from app.learn.reader import Reader
from app.moderation.hidings import HidingLine, hidings_of
from app.moderation.texts import FOR_ALL
from app.people.viewer import Viewer


@dataclass(frozen=True)
class Mark:
    """What stands below a text: why it is hidden, and what this reader can do; addresses are empty where they
    cannot."""

    is_own: bool
    hidden: HidingLine | None = None
    report_url: str = ""
    hide_url: str = ""
    lift_url: str = ""
    appeal_url: str = ""


def marks_of(
    reader: Reader, found: PostDetail, answers: Sequence[CommentLine], url: str
) -> Mapping[str, Mark]:
    """Of the post, by "post", and of each answer, by its public id. Looks for more than the page has only
    where something is hidden, or for a coach."""
    viewer, line = reader.viewer, found.line
    if viewer is None:
        return {}
    is_hidden = line.hidden_at is not None or any(answer.hidden_at for answer in answers)
    marker = _Marker(
        viewer,
        found,
        hidings_of(reader.db, line.id) if is_hidden else {},
        _coaches(reader, viewer, found.cohort_id),
    )
    marks = {"post": marker.mark(line.public_id, line.author_id, url, is_for_readers=True)}
    for answer in answers:
        marks[answer.public_id] = marker.mark(
            answer.public_id,
            answer.author_id,
            f"{url}/answers/{answer.public_id}",
            is_for_readers=answer.audience == Audience.READERS,
        )
    return marks


def _coaches(reader: Reader, viewer: Viewer, cohort_id: int | None) -> frozenset[int]:
    """Whose texts a coach does not hide; looked for only where the viewer is one."""
    if cohort_id is None or cohort_id not in viewer.coached_ids:
        return frozenset()
    return frozenset(coach.id for coach in coaches_of(reader.db, cohort_id))


@dataclass(frozen=True)
class _Marker:
    viewer: Viewer
    found: PostDetail
    hidings: Mapping[str, HidingLine]
    coaches: frozenset[int]

    def mark(self, public_id: str, writer_id: int, url: str, *, is_for_readers: bool) -> Mark:
        is_own, hidden = writer_id == self.viewer.person_id, self.hidings.get(public_id)
        if hidden and is_own:
            return Mark(is_own, hidden, appeal_url="" if hidden.appealed_at else f"{url}/appeal")
        if hidden:
            return Mark(is_own, hidden, lift_url=self._lift_url(hidden))
        if is_own or self.found.line.visibility == Visibility.PRIVATE:
            return Mark(is_own)
        if self._may_hide(writer_id, is_for_readers=is_for_readers):
            return Mark(is_own, hide_url=f"{url}/hide")
        return Mark(is_own, report_url=f"{url}/report")

    def _may_hide(self, writer_id: int, *, is_for_readers: bool) -> bool:
        """As `hidable_text`, which has the last word."""
        if self.coaches and writer_id not in self.coaches:
            return True
        return self.viewer.is_organizer and is_for_readers and self.found.line.visibility in FOR_ALL

    def _lift_url(self, hidden: HidingLine) -> str:
        group = next((one for one in self.viewer.coached if one.cohort_id == self.found.cohort_id), None)
        if group is None or not hidden.may_be_lifted_by_coaches:
            return ""
        return f"/cohorts/{group.public_id}/coach/hidings/{hidden.public_id}/lift"
