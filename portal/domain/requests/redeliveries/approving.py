"""Approves a redelivery: what may prevent it, who must agree, and the order of the new letter."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

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
from portal.domain.requests.redeliveries.announcing import News, tell
from portal.domain.requests.redeliveries.choosing import drop_warnings, has_account
from portal.domain.requests.redeliveries.letter_status import (
    Bar,
    LetterStatus,
    letter_status,
    parcel_status,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import RedeliveryCase, case_of
from portal.domain.requests.redeliveries.reasons import RedeliveryWarning
from portal.domain.requests.redeliveries.states import REDELIVERY, MissingItem, Proof
from portal.domain.requests.requests.deciders import Deciders, proposal_of
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move
from portal.domain.requests.requests.states import REQUEST

FIELD_MAX = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reviewer adds to an approval.

    Attributes:
        contacted: The owner of the account was asked, on the account's own channel.
        instruction: The ward's written instruction.
        address: Another address that the ward orders.
    """

    contacted: bool = False
    instruction: Instruction | None = None
    address: OtherAddress | None = field(default=None, repr=False)

    @classmethod
    def read(cls, typed: Mapping[str, str], now: datetime) -> "Terms":
        """Read the fields of the review page. Raises InputError."""
        return cls(bool(typed.get("extra_contacted")), _instruction(typed, now), _address(typed))


def deciders_of(work: Work, request: Request) -> Deciders:
    """Return who accepts a redelivery: the ward where it must agree, else the office."""
    case = case_of(work.session, request)
    asks_ward = needs_ward(case.row, status_for(work, case))
    return Deciders.WARD_OR_INSTRUCTED if asks_ward else Deciders.OFFICE


def prepare(work: Work, request: Request, decided: Decided) -> Instruction | None:
    """Check that a redelivery can be approved, and store another address that the ward orders.

    Returns the ward's instruction, where the reviewer typed one.

    Raises:
        WrongStateError: it was decided before.
        InputError: no household is chosen, or what was typed cannot be read.
        NotAllowedError, TooLateError, ConflictError: as the sentence says.
    """
    case = case_of(work.session, request)
    REDELIVERY.next(case.row.state, "approve")
    _refuse_what_cannot_be(work, case)
    terms = Terms.read(decided.more, work.now)
    _refuse_unasked_owner(work, case, terms)
    if terms.address is not None:
        _store_address(work, case, terms)
    return terms.instruction


def approve(work: Work, request: Request, decided: Decided) -> Request:
    """Approve a locked request whose deciders agreed.

    A letter is ordered with the next print run; the parcels desk posts a parcel again.
    """
    case = case_of(work.session, request)
    row, household_id = case.row, request.household_id or 0
    activated = RedeliveryWarning.ACTIVATED in request.warnings
    if activated and Terms.read(decided.more, work.now).contacted:
        row.confirmed_at = work.now
        record(work, "redelivery.owner_asked", "request", request.id, household_id=household_id)
        drop_warnings(request, (RedeliveryWarning.ACTIVATED,), work.now)
    if row.item == MissingItem.LETTER:
        made = order(work, household_id, REASON, why="redelivery")
        if row.elsewhere is not None:
            send_elsewhere(work, made, other_address(work, case))
    row.state = REDELIVERY.next(row.state, "approve")
    row.decided_at = row.changed_at = work.now
    if REQUEST.can(request.state, "answer"):
        move(work, request, "answer")
    move(work, request, "proceed")
    tell(work, case, News.APPROVED)
    return request


def status_for(work: Work, case: RedeliveryCase) -> LetterStatus:
    """Return the status of a request's letter or parcel, leaving out the request itself."""
    request = case.request
    if case.row.item == MissingItem.LETTER:
        return letter_status(work, request.household_id or 0, but_for=request.id)
    parcel = shipment(work.session, case.row.shipment_id)
    assert parcel is not None  # noqa: S101  (a foreign key, and the table's check)
    return parcel_status(work, parcel, but_for=request.id)


def needs_ward(row: Redelivery, status: LetterStatus) -> bool:
    """Tell whether the ward must agree: passed on, another address, or the address is unknown."""
    return row.ward_only or row.elsewhere is not None or status.address_unknown


def _refuse_what_cannot_be(work: Work, case: RedeliveryCase) -> None:
    is_letter = case.row.item == MissingItem.LETTER
    household = work.session.get(Household, case.request.household_id or 0)
    if household is None:
        raise InputError(_s("先に、世帯を選んでください。"))
    if is_letter and household.withheld:
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
    status = status_for(work, case)
    _refuse_bar(status)
    if is_letter:
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


def _refuse_unasked_owner(work: Work, case: RedeliveryCase, terms: Terms) -> None:
    """Refuse to lock out an account by a request without sign-in, before its owner was asked.

    The owner is asked on the account's own channel.
    """
    row = case.row
    if row.proof != Proof.NONE or row.confirmed_at is not None or terms.contacted:
        return
    if has_account(work.session, case.request.household_id or 0):
        raise NotAllowedError(
            _s(
                "この世帯は、もうサインインしています。"
                "登録された連絡先で本人に確かめてから、「確かめた」に印を付けてください。"
            ),
            code="owner_not_asked",
        )


def last_day_to_decide(program: Program) -> date:
    """Return the last day (JST) on which an approval still leaves time for the post."""
    window = program.windows.redelivery
    kinds = (rule for rule in program.request_rules if rule.kind is WindowKind.REDELIVERY)
    return max([window.last_day, *(rule.last_posting_day(program.calendar) for rule in kinds)])


def _instruction(typed: Mapping[str, str], now: datetime) -> Instruction | None:
    number = folded(typed.get("extra_instruction", ""))
    if not number:
        return None
    try:
        day = date.fromisoformat(typed.get("extra_instruction_day", "").strip())
    except ValueError:
        raise InputError(_s("区の指示書の日付を入力してください。")) from None
    if len(number) > INSTRUCTION_MAX:
        raise InputError(_s("区の指示書の番号を、40文字までで入力してください。"))
    if day > jst_date(now):
        raise InputError(_s("日付は、今日かそれより前の日にしてください。"))
    return Instruction(number, day, int(typed.get("extra_scan") or 0) or None)


def _address(typed: Mapping[str, str]) -> OtherAddress | None:
    code, town, street, building = (
        typed.get(f"extra_{name}", "").strip()
        for name in ("postal_code", "town", "street", "building")
    )
    if not (code or town or street or building):
        return None
    digits = postal_code(code)
    too_long = any(len(part) > FIELD_MAX for part in (town, street, building))
    if digits is None or not town or not street or too_long:
        raise InputError(_s("別の住所は、郵便番号（7桁）、町名、番地を入力してください。"))
    return OtherAddress(digits, town, street, building)


def _store_address(work: Work, case: RedeliveryCase, terms: Terms) -> None:
    """Seal the other address that the ward orders; the proposal is about this address."""
    request, row = case.request, case.row
    if row.item != MissingItem.LETTER:
        raise InputError(_s("荷物の送り先は、代替品の画面で変えてください。"))
    if terms.instruction is None or terms.address is None:
        raise InputError(
            _s("別の住所に送るには、区の指示書の番号と日付が必要です。"), code="instruction"
        )
    if proposal_of(work.session, request.id) is not None and row.elsewhere is not None:
        raise ConflictError(
            _s("別の住所は、もう提案されています。そのまま承認するか、断ってください。"),
            code="proposed",
        )
    address = asdict(terms.address)
    row.elsewhere = seal_json(_key(work, request), address, f"elsewhere:{request.id}")
    row.changed_at = work.now
    record(
        work,
        "redelivery.elsewhere",
        "request",
        request.id,
        household_id=request.household_id,
        instruction=terms.instruction.number,
    )


def other_address(work: Work, case: RedeliveryCase) -> OtherAddress:
    """Open the other address of a request that has one."""
    request, sealed = case.request, case.row.elsewhere or b""
    return OtherAddress(**unseal_json(_key(work, request), sealed, f"elsewhere:{request.id}"))


def _key(work: Work, request: Request) -> bytes:
    wrapped = work.session.scalar(
        select(Household.wrapped_key).where(Household.id == request.household_id)
    )
    return work.vault.unwrap(wrapped or b"")
