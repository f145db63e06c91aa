"""What a household said about being called; shown wherever staff are about to dial."""

from collections.abc import Iterable

from portal.domain.contacts.scripts.defaults import CALL_BACK_GREETING, UNNAMED_GREETING
from portal.domain.foundation.work import Work
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives.written import SAY_WHO
from portal.domain.requests.requests.fields import Line, Place, Telephone
from portal.domain.requests.requests.kinds import OF_RESIDENTS
from portal.domain.requests.requests.queries import requests_of
from portal.domain.requests.requests.services import written_in


def call_notes(work: Work, household_id: int | None) -> tuple[Line, ...]:
    """Return the household's newest answer to each question about calling, without the number.

    An answer remains in force after its request has ended: who must not be named in March must not
    be named in April.
    """
    if household_id is None:
        return ()
    newest: dict[str, Line] = {}
    for row in requests_of(work.session, household_id):
        if row.sealed is None or row.kind not in OF_RESIDENTS:
            continue
        form = kind_of(row.kind).written
        for line in form.lines(written_in(work.vault, row, form), Place.DIAL):
            if not isinstance(line.about.type, Telephone):
                newest.setdefault(line.about.name, line)
    return tuple(newest.values())


def may_name_ward(notes: Iterable[Line]) -> bool:
    """Return whether whoever calls the household may say that it is the ward."""
    return not any(line.is_alert for line in notes if line.about.name == SAY_WHO)


def greeting_for(notes: Iterable[Line]) -> str:
    """Return the key of the script with which a household that wrote the notes is greeted."""
    return CALL_BACK_GREETING if may_name_ward(notes) else UNNAMED_GREETING
