"""Take a household out of the rows that stay: itself, its children, and what names it with others.

Its row is left with a name for nobody, under a data key of its own, so that money, counts and the
keys in other rows stay as they are.
"""

from collections.abc import Collection

from sqlalchemy import select

from portal.domain.contacts.escalations.answers_in import forget_rows
from portal.domain.contacts.escalations.models import AnswerSheet, Escalation
from portal.domain.foundation.vault import opening_for_nobody, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.faults import forget_words
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.roster.models import RosterImport, RosterRow
from portal.domain.oversight.disposal.household.keys import family_keys
from portal.domain.oversight.disposal.household.traces import take_traces
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    ChildFields,
    HouseholdFields,
    household_digest,
    person_digest,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.households.states import CHILD, HOUSEHOLD

NOBODY = "—"
NUMBER = "disposed-{}"


def take_out(work: Work, household: Household) -> None:
    """Take everything personal of a household away, in the running transaction."""
    session, key = work.session, household.id
    children = session.scalars(
        select(Child).where(Child.household_id == key).order_by(Child.ordinal)
    ).all()
    old = (bytes(household.number_digest), {bytes(child.person_digest) for child in children})
    with opening_for_nobody():
        for row in rejected_rows(work, *old):
            session.delete(row)
        _answer_sheets(work, key)
    for fault in session.scalars(select(CouponFault).where(CouponFault.household_id == key)):
        forget_words(work.vault, fault)
    session.flush()
    take_traces(session, family_keys(session, key))
    _without_a_name(work, household, list(children))
    note_changed(session, [key])
    session.flush()


def _without_a_name(work: Work, household: Household, children: list[Child]) -> None:
    """Leave the rows of nobody; a child keeps its digest, so that it gets no second coupon."""
    data_key, household.wrapped_key = work.vault.new_data_key()
    number = NUMBER.format(household.id)
    household.number_digest = household_digest(work.vault, number)
    fields = HouseholdFields(number, "", NOBODY, "", None, "", "", "", "")
    household.sealed = seal_household(data_key, fields, household.number_digest)
    household.birth_digest = None
    household.protected = household.counter = False
    household.large_print = None
    household.codes = []
    household.changed_at = work.now
    if HOUSEHOLD.can(household.state, "remove"):
        household.state = HOUSEHOLD.next(household.state, "remove")
    for child in children:
        nobody = ChildFields("", NOBODY, "", None)
        child.sealed = seal_child(data_key, nobody, child.person_digest)
        child.codes = []
        if CHILD.can(child.state, "remove"):
            child.state = CHILD.next(child.state, "remove")


def rejected_rows(work: Work, number: bytes, persons: Collection[bytes]) -> list[RosterRow]:
    """Return the rows of extracts that were rejected and name the household or a child of it."""
    vault, session = work.vault, work.session
    found = []
    rows = select(RosterRow, RosterImport.wrapped_key).join(
        RosterImport, RosterImport.id == RosterRow.import_id
    )
    for row, wrapped in session.execute(rows.execution_options(yield_per=500)):
        named = unseal_json(vault.unwrap(wrapped), row.sealed, f"row:{row.record}")
        household, person = named["household_no"], named["person_no"]
        if (household and household_digest(vault, household) == number) or (
            person and person_digest(vault, person) in persons
        ):
            found.append(row)
    return found


def _answer_sheets(work: Work, household: int) -> None:
    """Take the ward's answers about the household out of the sheets in which they came."""
    if receipts := receipts_of(work, household):
        for sheet in work.session.scalars(select(AnswerSheet)):
            forget_rows(work.vault, sheet, receipts)


def receipts_of(work: Work, household: int) -> set[str]:
    """Return the receipt numbers of the questions about a household."""
    asked = select(Escalation.receipt_no).where(Escalation.household_id == household)
    return set(work.session.scalars(asked))
