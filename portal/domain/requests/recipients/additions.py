"""Recipients added by the ward's instruction (その他区が指示する者): entered, then accepted."""

from collections.abc import Sequence
from dataclasses import replace

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.entitlements.services import NewEntitlement, create_all
from portal.domain.people.households.models import Household
from portal.domain.people.households.newcomers import add_child
from portal.domain.people.households.queries import open_holds
from portal.domain.people.households.records import ChildFields
from portal.domain.people.households.search_feed import note_changed
from portal.domain.requests.recipients.approving import place_scan, propose_request, refuse_stranger
from portal.domain.requests.recipients.duplicates import look
from portal.domain.requests.recipients.models import RecipientAddition
from portal.domain.requests.recipients.newcomer import Newcomer, of_ward
from portal.domain.requests.recipients.placing import place
from portal.domain.requests.recipients.reasons import RecipientWarning
from portal.domain.requests.recipients.written import ADDITION_WRITTEN, AdditionNote
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import (
    NewRequest,
    close,
    open_request,
    warn,
    written_in,
)


def submit(work: Work, note: AdditionNote, instruction: Instruction | None) -> Request:
    """Enter an addition; another person accepts it.

    ``note.scan_id`` is the attached instruction. Until it is accepted, an addition is the ward's
    alone, whoever is on it: were it so only for somebody whom the contractor may not know, that
    would tell of them (decision 98).

    Raises:
        InputError: no instruction, no child, or one child twice.
        ConflictError: the household or a child is stored already, and the asker may know of it.
        NotFoundError: there is no such household, or the asker may not know of it.
        NotAllowedError: the actor has no account.
    """
    newcomer, children = note.newcomer, note.children
    if instruction is None:
        raise InputError(_s("区の指示書の番号と日付を入力してください。"), code="instruction_no")
    if not children:
        raise InputError(_s("追加するこどもを入力してください。"), code="child1_name")
    known_household(work, newcomer)
    warnings = look(work, newcomer.number, children)
    row = open_request(
        work,
        NewRequest(
            RequestKind.ADDITION,
            None,
            children=len(children),
            amount_yen=len(children) * work.program.amount_yen,
            written=ADDITION_WRITTEN.seal(note),
            warnings=warnings,
        ),
    )
    row.ward_only = True
    propose_request(work, row, replace(instruction, scan_id=note.scan_id))
    place_scan(work, row, note.scan_id, note.newcomer.household_id)
    return row


def known_household(work: Work, newcomer: Newcomer) -> bool:
    """Check the household that was chosen as recipient; returns whether it is protected.

    Raises NotFoundError.
    """
    if newcomer.household_id is None:
        return False
    household = work.session.get(
        Household,
        newcomer.household_id,
        with_for_update=True,  # else the ward might name it while this entry is on its way
        populate_existing=True,
    )
    if (
        household is None
        or household.state != "active"
        or (household.protected and not of_ward(work.actor))
    ):
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    return household.protected


def accept(work: Work, row: Request) -> Request:
    """Accept a locked request: household, children and entitlements are stored together.

    Raises:
        ConflictError: a child or the household was stored meanwhile.
        NotFoundError: the actor is not of the ward.
    """
    refuse_stranger(row, work.actor, closed=True)  # whether it can be accepted tells who is stored
    note = written_in(work.vault, row, ADDITION_WRITTEN)
    _refuse_new_lookalikes(work, row, note.children)
    household = place(work, row, note.newcomer)
    held = household.withheld or bool(open_holds(work.session, household.id))
    for fields in note.children:
        child = add_child(work, household, fields)
        new = NewEntitlement(child.id, household.id, work.program.amount_yen, held)
        made = create_all(work.session, [new], work.now)
        work.session.add(
            RecipientAddition(request_id=row.id, entitlement_id=made[0].id, created_at=work.now)
        )
    household.changed_at = work.now
    _let_others_know(work, row, note.scan_id, household)
    note_changed(work.session, (household.id,))
    record(
        work,
        "recipient.added",
        "household",
        household.id,
        household_id=household.id,
        request=row.id,
        count=len(note.children),
    )
    return close(work, row, Result.ACCEPTED)


def _let_others_know(work: Work, row: Request, scan_id: int | None, household: Household) -> None:
    """Open an accepted addition to whoever may know its household, who may be asked about it.

    They read nothing of somebody alike: that may be a family of which they know nothing.
    """
    alike = RecipientWarning.POSSIBLE_DUPLICATE
    warn(row, tuple(code for code in row.warnings if code != alike), work.now)
    row.ward_only = household.protected
    place_scan(work, row, scan_id, household.id)
    work.session.flush()


def _refuse_new_lookalikes(work: Work, row: Request, children: Sequence[ChildFields]) -> None:
    """Refuse a duplicate that appeared after the entry, so that no reviewer was warned of it."""
    if RecipientWarning.POSSIBLE_DUPLICATE in row.warnings:
        return
    found = look(work.acting_as(SYSTEM), "", children)
    if RecipientWarning.POSSIBLE_DUPLICATE in found:
        raise ConflictError(
            _s(
                "入力のあとに、名前と生年月日が同じこどもが対象者になりました。"
                "区に確かめて、入力しなおしてください。"
            ),
            code="possible_duplicate",
        )
