"""Recipients added by the ward's instruction (その他区が指示する者).

Entered by one person, confirmed by another.
"""

from collections.abc import Sequence

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.entitlements.services import create_for_children
from portal.domain.people.households.models import Household
from portal.domain.people.households.newcomers import add_child, index_again
from portal.domain.people.households.queries import open_holds
from portal.domain.people.households.records import ChildFields
from portal.domain.people.households.search_index import Indexer
from portal.domain.requests.recipients.approving import confirmed, propose_request
from portal.domain.requests.recipients.duplicates import POSSIBLE_DUPLICATE, look
from portal.domain.requests.recipients.models import RecipientAddition
from portal.domain.requests.recipients.newcomer import PROTECTED, Newcomer, of_ward
from portal.domain.requests.recipients.placing import place
from portal.domain.requests.recipients.written import ADDITION_WRITTEN, AdditionNote
from portal.domain.requests.requests.kinds import ACCEPTED, ADDITION
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, open_request, written_in


def submit(
    work: Work,
    newcomer: Newcomer,
    children: Sequence[ChildFields],
    instruction: Instruction | None,
    *,
    scan_id: int | None = None,
) -> Request:
    """Enter an addition; another person accepts it. ``scan_id`` is the attached instruction.

    A possible duplicate goes to the ward alone: nobody else learns who is a recipient already.

    Raises:
        InputError: no instruction, no child, or one child twice.
        ConflictError: the household or a child is stored already, and the asker may know of it.
        NotFoundError: the household chosen is none, or not the asker's to know.
        NotAllowedError: the actor has no account.
    """
    if instruction is None:
        raise InputError(_s("区の指示書の番号と日付を入力してください。"), code="instruction_no")
    if not children:
        raise InputError(_s("追加するこどもを入力してください。"), code="child1_name")
    protected = newcomer.hand_over == PROTECTED or known_household(work, newcomer)
    findings = look(work, newcomer.number, children)
    row = open_request(
        work,
        ADDITION,
        None,
        children=len(children),
        amount_yen=len(children) * work.program.amount_yen,
        written=ADDITION_WRITTEN.seal(AdditionNote(newcomer, tuple(children), scan_id)),
        warnings=findings.warnings,
    )
    row.ward_only = protected or findings.ward_only
    propose_request(work, row, instruction, scan_id)
    return row


def known_household(work: Work, newcomer: Newcomer) -> bool:
    """Check a household that was chosen as recipient; returns whether it is protected.

    Raises NotFoundError.
    """
    if newcomer.household_id is None:
        return False
    household = work.session.get(Household, newcomer.household_id)
    if (
        household is None
        or household.state != "active"
        or (household.protected and not of_ward(work.actor))
    ):
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    return household.protected


def accept(work: Work, row: Request) -> Request:
    """Confirm another person's entry of a locked request.

    Household, children and entitlements are stored together.

    Raises:
        NotAllowedError: the own entry; or two people without the ward and its attached instruction.
        ConflictError: a child or the household was stored meanwhile.
    """
    if not confirmed(work, row):
        return row
    note = written_in(work.vault, row, ADDITION_WRITTEN)
    _refuse_new_lookalikes(work, row, note.children)
    household = place(work, row, note.newcomer)
    held = household.withheld or bool(open_holds(work.session, household.id))
    for fields in note.children:
        child = add_child(work, household, fields)
        made = create_for_children(
            work.session,
            household.id,
            [child.id],
            amount_yen=work.program.amount_yen,
            now=work.now,
            held=held,
        )
        work.session.add(
            RecipientAddition(request_id=row.id, entitlement_id=made[0].id, created_at=work.now)
        )
    household.changed_at = work.now
    index_again(work, Indexer(work.vault), (household.id,))
    record(
        work,
        "recipient.added",
        "household",
        household.id,
        household_id=household.id,
        request=row.id,
        count=len(note.children),
    )
    return move(work, row, "close", result=ACCEPTED)


def _refuse_new_lookalikes(work: Work, row: Request, children: Sequence[ChildFields]) -> None:
    """Refuse what nobody was warned of: somebody like this became a recipient after the entry."""
    if POSSIBLE_DUPLICATE in row.warnings:
        return
    if POSSIBLE_DUPLICATE in look(work.acting_as(SYSTEM), "", children).warnings:
        raise ConflictError(
            _s(
                "入力のあとに、名前と生年月日が同じこどもが対象者になりました。"
                "区に確かめて、入力しなおしてください。"
            ),
            code="possible_duplicate",
        )
