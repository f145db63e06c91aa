"""The ward's answers as evidence, shown where its instruction is the basis of a proposal."""

from collections.abc import Sequence

from admin.access import allowed
from admin.page import Page
from portal.domain.contacts.escalations.queries import (
    Evidence,
    Reader,
    by_instruction,
    instructions_for,
)
from portal.domain.people.staff.permissions import Permission


def evidence_of(page: Page, instruction_no: str | None) -> Sequence[Evidence]:
    """Return the answers in which the ward gave this instruction; none if it came otherwise."""
    if not instruction_no or not allowed(page, Permission.SEE_ESCALATIONS):
        return ()
    return by_instruction(page.session, instruction_no, _reader(page))


def instructions_about(page: Page, household_id: int | None) -> Sequence[Evidence]:
    """Return the instructions that the ward gave about a household in answers to questions."""
    if household_id is None or not allowed(page, Permission.SEE_ESCALATIONS):
        return ()
    return instructions_for(page.session, household_id, _reader(page))


def _reader(page: Page) -> Reader:
    return Reader(allowed(page, Permission.KNOW_PROTECTED))
