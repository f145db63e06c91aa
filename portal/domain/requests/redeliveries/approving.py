"""Approving a redelivery.

Everything that may stand against it, the ward's word where it is needed, the order.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX, Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_end, jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError, TooLateError
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded, postal_code
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.orders import order
from portal.domain.letters.letters.other_address import OtherAddress, send_elsewhere
from portal.domain.letters.letters.states import REDELIVERY as REASON
from portal.domain.letters.shipments.queries import shipment
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import ENTITLEMENT
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import open_holds
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.choosing import ACTIVATED, drop_warnings, has_account
from portal.domain.requests.redeliveries.letter_status import (
    Bar,
    LetterStatus,
    letter_status,
    parcel_status,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, NONE
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.requests.four_eyes import may_accept, proposal_of
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move
from portal.domain.requests.requests.states import REQUEST

FIELD_MAX = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reviewer adds to an approval, as typed.

    The ward's instruction, another address that it orders.

    ``contacted``: the owner of the account was asked, on the account's own channel. The day is
    written as ISO; ``instruction_scan`` is the stored scan of the instruction.
    """

    contacted: bool = False
    instruction: str = ""
    instruction_day: str = ""
    instruction_scan: int | None = None
    address: tuple[str, str, str, str] = field(default=("", "", "", ""), repr=False)

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Terms":
        """Read the fields of the review page."""
        postal, town, street, building = (
            values.get(f"extra_{name}", "")
            for name in ("postal_code", "town", "street", "building")
        )
        return cls(
            bool(values.get("extra_contacted")),
            values.get("extra_instruction", ""),
            values.get("extra_instruction_day", ""),
            int(values.get("extra_scan") or 0) or None,
            (postal, town, street, building),
        )


def approve(work: Work, request: Request, row: Redelivery, terms: Terms) -> None:
    """Approve a locked request.

    A letter is ordered with the next print run, a parcel is posted again by its desk.

    Where the ward must agree and nobody of it decides, this only proposes, and a second person
    confirms.

    Raises:
        as ``services.decide``.
    """
    after = REDELIVERY.next(row.state, "approve")
    status = status_for(work, request, row)
    _refuse_what_cannot_be(work, request, row, status)
    _refuse_unasked_owner(work.session, request, row, contacted=terms.contacted)
    order_no = _instruction(terms, work.now)
    elsewhere = _address(terms.address)
    if elsewhere is not None:
        _keep_address(work, request, row, elsewhere, order_no)
    if not _agreed(work, request, row, status, order_no):
        return
    if terms.contacted and ACTIVATED in request.warnings:
        row.confirmed_at = work.now
        record(
            work, "redelivery.owner_asked", "request", request.id, household_id=request.household_id
        )
        drop_warnings(request, (ACTIVATED,), work.now)
    household_id = request.household_id or 0
    if row.item == LETTER:
        made = order(work, household_id, REASON, why="redelivery")
        if row.elsewhere is not None:
            send_elsewhere(work, made, other_address(work, request, row))
    row.state, row.decided_at, row.changed_at = after, work.now, work.now
    if REQUEST.can(request.state, "answer"):
        move(work, request, "answer")
    move(work, request, "proceed")
    tell(work, request, row, "decided", card=False)


def status_for(work: Work, request: Request, row: Redelivery) -> LetterStatus:
    """Return how the letter or parcel of a request stands, the request itself left aside."""
    if row.item == LETTER:
        return letter_status(work, request.household_id or 0, but_for=request.id)
    parcel = shipment(work.session, row.shipment_id)
    assert parcel is not None  # noqa: S101  (a foreign key, and the table's check)
    return parcel_status(work, parcel, but_for=request.id)


def needs_ward(row: Redelivery, status: LetterStatus) -> bool:
    """Tell whether only the ward can settle it.

    Passed on, another address, or an address that is unknown.
    """
    return row.ward_only or row.elsewhere is not None or status.address_unknown


def _refuse_what_cannot_be(
    work: Work, request: Request, row: Redelivery, status: LetterStatus
) -> None:
    household = work.session.get(Household, request.household_id or 0)
    if household is None:
        raise InputError(_s("先に、世帯を選んでください。"))
    if row.item == LETTER and household.withheld:
        raise NotAllowedError(
            _s("支援措置の世帯の手紙は、この画面からは出せません。区の手順で渡してください。")
        )
    if open_holds(work.session, household.id):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留を解いてから、決めてください。"), code="held"
        )
    if work.now >= day_end(last_day_to_decide(work.program)):
        raise TooLateError(
            _s("いまから送っても、期限までに届きません。理由を付けて断ってください。")
        )
    _refuse_bar(status)
    if row.item == LETTER:
        _refuse_nothing_due(work.session, household.id)
    elif status.shipment is None or status.shipment.state != "returned":
        raise ConflictError(
            _s("荷物が、まだ事務局に戻っていません。戻ってから決めてください。"),
            code="not_returned",
        )


def _refuse_bar(status: LetterStatus) -> None:
    match status.bar:
        case Bar.NOT_SENT:
            raise ConflictError(_s("この世帯には、まだ送っていません。"), code=Bar.NOT_SENT.value)
        case Bar.AT_POST_OFFICE:
            raise ConflictError(
                _s("郵便局が預かっています。郵便局の再配達を案内して、断ってください。"),
                code=Bar.AT_POST_OFFICE.value,
            )
        case Bar.LIMIT:
            raise ConflictError(
                _s(
                    "再配送の回数（%(count)d回）に達しています。ほかの方法を案内して、"
                    "断ってください。"
                )
                % {"count": status.used},
                code=Bar.LIMIT.value,
            )
        case Bar.ASKED:
            raise ConflictError(
                _s("この世帯には、ほかに審査中の再配送の申請があります。"), code=Bar.ASKED.value
            )
        case _possible:
            pass


def _refuse_nothing_due(session: Session, household_id: int) -> None:
    waiting = select(Entitlement.id).where(
        Entitlement.household_id == household_id, Entitlement.state == ENTITLEMENT.initial
    )
    if session.scalar(waiting.limit(1)) is None:
        raise ConflictError(
            _s("この世帯に、まだ渡していないクーポンはありません。"), code="nothing_due"
        )


def _refuse_unasked_owner(
    session: Session, request: Request, row: Redelivery, *, contacted: bool
) -> None:
    """A request without sign-in never shuts out an account.

    Its owner is asked first, on the account's own channel.
    """
    if row.proof != NONE or row.confirmed_at is not None or contacted:
        return
    if has_account(session, request.household_id or 0):
        raise NotAllowedError(
            _s(
                "この世帯は、もうサインインしています。"
                "登録された連絡先で本人に確かめてから、「確かめた」に印を付けてください。"
            ),
            code="owner_not_asked",
        )


def last_day_to_decide(program: Program) -> date:
    """Return the last day (JST) on which an approval still leaves time for the post.

    That of posting.
    """
    window = program.windows.redelivery
    kinds = (rule for rule in program.request_rules if rule.kind is WindowKind.REDELIVERY)
    return max([window.last_day, *(rule.last_posting_day(program.calendar) for rule in kinds)])


def _instruction(terms: Terms, now: datetime) -> Instruction | None:
    number, day = folded(terms.instruction), terms.instruction_day
    if not number:
        return None
    try:
        found = date.fromisoformat(day.strip())
    except ValueError:
        raise InputError(_s("区の指示書の日付を入力してください。")) from None
    if len(number) > INSTRUCTION_MAX:
        raise InputError(_s("区の指示書の番号を、40文字までで入力してください。"))
    if found > jst_date(now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"))
    return Instruction(number, found, terms.instruction_scan)


def _address(typed: tuple[str, str, str, str]) -> OtherAddress | None:
    code, town, street, building = (part.strip() for part in typed)
    if not (code or town or street or building):
        return None
    digits = postal_code(code)
    if (
        digits is None
        or not town
        or not street
        or any(len(p) > FIELD_MAX for p in (town, street, building))
    ):
        raise InputError(_s("別の住所は、郵便番号（7桁）、町名、番地を入力してください。"))
    return OtherAddress(digits, town, street, building)


def _keep_address(
    work: Work,
    request: Request,
    row: Redelivery,
    address: OtherAddress,
    order_no: Instruction | None,
) -> None:
    if row.item != LETTER:
        raise InputError(_s("荷物の送り先は、代替品の画面で変えてください。"))
    if order_no is None:
        raise InputError(
            _s("別の住所に送るには、区の指示書の番号と日付が必要です。"), code="instruction"
        )
    if proposal_of(work.session, request.id) is not None and row.elsewhere is not None:
        raise ConflictError(
            _s("別の住所は、もう提案されています。そのまま承認するか、断ってください。"),
            code="proposed",
        )
    row.elsewhere, row.changed_at = (
        seal_json(_key(work, request), asdict(address), f"elsewhere:{request.id}"),
        work.now,
    )
    record(
        work,
        "redelivery.elsewhere",
        "request",
        request.id,
        household_id=request.household_id,
        instruction=order_no.number,
    )


def other_address(work: Work, request: Request, row: Redelivery) -> OtherAddress:
    """Open the other address of a request that has one."""
    return OtherAddress(
        **unseal_json(_key(work, request), row.elsewhere or b"", f"elsewhere:{request.id}")
    )


def _key(work: Work, request: Request) -> bytes:
    wrapped = work.session.scalar(
        select(Household.wrapped_key).where(Household.id == request.household_id)
    )
    return work.vault.unwrap(wrapped or b"")


def _agreed(
    work: Work,
    request: Request,
    row: Redelivery,
    status: LetterStatus,
    order_no: Instruction | None,
) -> bool:
    ward_needed = needs_ward(row, status)
    of_ward = work.actor.organization is Organization.WARD
    open_proposal = proposal_of(work.session, request.id) is not None
    return may_accept(
        work,
        request,
        always=open_proposal,
        ward_needed=ward_needed and not of_ward,
        instruction=order_no,
    )
