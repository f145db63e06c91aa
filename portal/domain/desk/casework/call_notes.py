"""Wishes of a household about being called; shown wherever staff are about to dial."""

from collections.abc import Iterable

from portal.domain.contacts.calls.kinds import Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.queries import household_ids_of
from portal.domain.contacts.escalations.call_backs import task_of
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

    An answer remains in force after its request has ended.
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
    """Return whether somebody who calls the household may name the ward."""
    return not any(line.is_alert for line in notes if line.about.name == SAY_WHO)


def may_greet_by_name(work: Work, call: Call) -> bool:
    """Return whether the greeting of a call may name the ward.

    It must not if we call a household that asked for this: one that was opened in the call, or
    whose call-back the call is.
    """
    if call.direction != Direction.OUTBOUND:
        return True
    called, task = household_ids_of(work.session, call.id), task_of(work.session, call)
    if task is not None and task.household_id is not None:
        called.add(task.household_id)
    return all(may_name_ward(call_notes(work, household_id)) for household_id in called)


def greeting_for(notes: Iterable[Line]) -> str:
    """Return the key of the script that greets a household with these wishes."""
    return CALL_BACK_GREETING if may_name_ward(notes) else UNNAMED_GREETING
