"""End what nobody decided, made, fetched or destroyed in time; the worker does it."""

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies import services as copies
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.person_lists.asking import SUBJECT
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.states import EXPIRING, PERSON_LIST, ListState

AT_ONCE = 100


def end_due(work: Work) -> int:
    """End lists whose time is over and delete their files; return how many.

    A file that nobody fetched is gone from the register of copies. One that was fetched stays there
    until somebody confirms that it is destroyed.
    """
    rows = work.session.scalars(
        select(PersonList)
        .where(PersonList.state.in_(EXPIRING), PersonList.due_at <= work.now)
        .order_by(PersonList.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        never_fetched = row.state == ListState.MADE
        row.state, row.file = PERSON_LIST.next(row.state, "expire"), None
        copy = work.session.get(DataCopy, row.copy_id) if row.copy_id is not None else None
        if never_fetched and copy is not None and copy.is_kept:
            copies.removed_by_program(work, copy.id)
        record(work, "person_list.expired", SUBJECT, row.id, kind=row.kind)
    work.session.flush()
    return len(rows)
