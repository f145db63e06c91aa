"""Put holds on households and release them (``design.md`` §3).

One officer may release some codes. W01, W04, W10, W11, W15 and W20 take two people, one of them
of the ward or with its written instruction. W02 (外字) is released with an approved print text.
Releasing the last hold reactivates the household's entitlements and coupons.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.services import Instruction, confirm, propose
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD, refuse_outdated
from portal.domain.mailroom.roster.holds.print_check import check_print_fields
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.services import resume, suspend_household
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import hold_household, release_household
from portal.domain.people.households.models import Hold, Household, PrintText
from portal.domain.people.households.print_texts import PrintFields, seal_print_fields
from portal.domain.people.households.queries import open_holds, view_household
from portal.domain.people.households.states import HOLD

PRINT_TEXT = "print_text"
TWO_PEOPLE = frozenset(
    {
        codes.W01_PROTECTED,
        codes.W04_MINOR_HOUSEHOLDER,
        codes.W10_MOVED_AFTER_BASE,
        codes.W11_DIED_AFTER_BASE,
        codes.W15_POSSIBLE_DUPLICATE,
        codes.W20_INCOMPLETE_HOUSEHOLD,
    }
)


def needs_two(code: str) -> bool:
    """Return whether releasing a hold takes two people and the ward's agreement."""
    return code in TWO_PEOPLE or code == codes.W02_GAIJI


def put_hold(work: Work, household: Household, code: str, **detail: Any) -> Hold:
    """Hold a household, so that nothing is assigned or printed, and its coupons are hidden.

    An open hold with the same code is kept.
    """
    found = next(
        (hold for hold in open_holds(work.session, household.id) if hold.code == code), None
    )
    if found is None:
        found = Hold(household_id=household.id, code=code, created_at=work.now, detail=detail)
        work.session.add(found)
        record(work, "hold.put", "household", household.id, household_id=household.id, code=code)
    elif detail:
        found.detail = {**found.detail, **detail}
    hold_household(work.session, household.id, work.now)
    suspend_household(work, household.id, reason=code)
    work.session.flush()
    return found


def propose_release(
    work: Work,
    household_id: int,
    code: str,
    instruction: Instruction | None = None,
    *,
    counter: bool = False,
) -> Approval:
    """Propose to release one hold; another person confirms it with ``release``.

    ``counter`` keeps the protection and has the letter handed over at the ward's counter, without
    an address on it.

    Raises:
        InputError: the code is released with a print text, or ``counter`` without protection.
        NotFoundError: no open hold of this code.
        NotAllowedError: the actor has no account.
    """
    _refuse_gaiji(code)
    if counter and code != codes.W01_PROTECTED:
        raise InputError(_s("窓口での手渡しは、支援措置の保留を解くときだけ選べます。"))
    _locked(work.session, household_id)
    hold = _open_hold(work.session, household_id, code)
    return propose(
        work,
        RELEASE_HOLD,
        "hold",
        hold.id,
        instruction=instruction,
        household_id=household_id,
        detail={"code": code, "household_id": household_id}
        | ({"counter": True} if counter else {}),
    )


def propose_print_text(
    work: Work, household_id: int, fields: PrintFields, instruction: Instruction | None = None
) -> Approval:
    """Propose a text to print instead of characters that no font has.

    A second person approves it with ``release``.

    Raises:
        NotFoundError: no such household.
        InputError: a character would still be unprintable, or the image is no small PNG.
    """
    check_print_fields(view_household(work, household_id), fields)
    return propose(
        work,
        PRINT_TEXT,
        "household",
        household_id,
        instruction=instruction,
        household_id=household_id,
        detail={"code": codes.W02_GAIJI, "household_id": household_id},
        sealed=seal_print_fields(work.vault, fields, household_id),
    )


def release(work: Work, approval_id: int) -> Approval:
    """Confirm another person's proposal of a release or a print text, and carry it out.

    Raises:
        NotFoundError: there is no such proposal.
        NotAllowedError: the actor made the proposal; or the ward must agree, but neither person is
            of the ward, and no instruction was given.
        ConflictError: the ward named the household as protected after its release was proposed.
        WrongStateError: it was decided before, or the hold was released meanwhile.
    """
    waiting = work.session.get(Approval, approval_id)
    if waiting is None or waiting.kind not in {RELEASE_HOLD, PRINT_TEXT}:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    code, household_id = waiting.detail["code"], waiting.detail["household_id"]
    household = _locked(work.session, household_id)
    if code == codes.W01_PROTECTED:
        refuse_outdated(work.session, household_id, waiting.proposed_at)
    approval = confirm(work, approval_id, ward_needed=needs_two(code), household_id=household_id)
    if approval.kind == PRINT_TEXT:
        _store_print_text(work, approval, household_id)
        holds = [hold for hold in open_holds(work.session, household_id) if hold.code == code]
    else:
        holds = [work.session.get_one(Hold, approval.subject_id, with_for_update=True)]
    for hold in holds:
        close_hold(work, hold, approval_id=approval.id)
    if code == codes.W01_PROTECTED:
        household.protected = household.counter = bool(approval.detail.get("counter"))
        household.changed_at = work.now
    settle(work, household)
    return approval


def release_alone(work: Work, household_id: int, code: str) -> Hold:
    """Release a hold that one officer may release alone.

    Raises:
        NotFoundError: no open hold of this code.
        NotAllowedError: the code takes two people or a print text, or the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("保留を解けるのは、アカウントのある職員だけです。"))
    _refuse_gaiji(code)
    if needs_two(code):
        raise NotAllowedError(
            _s(
                "この保留は、区の指示を受けて二人で解きます。解除を提案し、"
                "ほかの人の承認を受けてください。"
            )
        )
    household = _locked(work.session, household_id)
    hold = _open_hold(work.session, household_id, code)
    close_hold(work, hold)
    settle(work, household)
    return hold


def close_hold(work: Work, hold: Hold, *, approval_id: int | None = None, **detail: Any) -> None:
    """Close one hold and log it. Raises WrongStateError if it was closed before."""
    hold.state = HOLD.next(hold.state, "release")
    hold.released_at, hold.approval_id = work.now, approval_id
    hold.detail = {**hold.detail, **detail}
    record(
        work,
        "hold.released",
        "household",
        hold.household_id,
        household_id=hold.household_id,
        code=hold.code,
        approval_id=approval_id,
    )
    work.session.flush()


def settle(work: Work, household: Household) -> bool:
    """Reactivate a household that has no open hold any more; return whether it was reactivated."""
    if household.withheld or open_holds(work.session, household.id):
        return False
    release_household(work.session, household.id, work.now)
    suspended = work.session.scalars(
        select(Coupon.id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(
            Entitlement.household_id == household.id,
            Entitlement.claimed_by.is_(None),
            Coupon.state == CouponState.SUSPENDED,
        )
    ).all()
    for coupon_id in suspended:
        if _suspended_by_hold(work.session, coupon_id):
            resume(work, coupon_id)
    return True


def _suspended_by_hold(session: Session, coupon_id: int) -> bool:
    """Return whether a coupon was suspended by a hold, and not for another reason."""
    latest = session.scalar(
        select(AuditEvent)
        .where(
            AuditEvent.subject == "coupon",
            AuditEvent.subject_id == coupon_id,
            AuditEvent.action == "coupon.suspend",
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return latest is not None and str(latest.detail.get("reason", "")).startswith("W")


def _store_print_text(work: Work, approval: Approval, household_id: int) -> None:
    sealed = approval.sealed or b""
    row = work.session.scalar(
        select(PrintText).where(PrintText.household_id == household_id).with_for_update()
    )
    if row is None:
        work.session.add(
            PrintText(
                household_id=household_id,
                sealed=sealed,
                approval_id=approval.id,
                approved_at=work.now,
            )
        )
    else:
        row.sealed, row.approval_id, row.approved_at = sealed, approval.id, work.now
    approval.sealed = None
    record(
        work,
        "print_text.approved",
        "household",
        household_id,
        household_id=household_id,
        approval_id=approval.id,
    )


def _refuse_gaiji(code: str) -> None:
    if code == codes.W02_GAIJI:
        raise InputError(_s("外字の保留は、区が認めた印字用の文字か画像を登録して解いてください。"))


def _locked(session: Session, household_id: int) -> Household:
    household = session.get(Household, household_id, with_for_update=True, populate_existing=True)
    if household is None:
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    return household


def _open_hold(session: Session, household_id: int, code: str) -> Hold:
    found = next((hold for hold in open_holds(session, household_id) if hold.code == code), None)
    if found is None:
        raise NotFoundError(_s("この世帯に、この理由の保留はありません。"))
    return found
