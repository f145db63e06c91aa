"""Ask on a page for one household's disposal, and carry it out as the second person.

The second person types the household's number from the ward's decision, which the page never shows:
so two people have read the same paper, and a wrong family goes only if both read it wrongly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals import services as approvals
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import (
    approval_by_id,
    open_for,
    open_of_kind,
)
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import folded
from portal.domain.foundation.work import Work
from portal.domain.oversight.disposal.household.certificate import household_certificate
from portal.domain.oversight.disposal.household.obstacles import HOUSEHOLD_DISPOSAL
from portal.domain.oversight.disposal.household.services import (
    SUBJECT,
    Decision,
    check_decision,
    dispose_of,
    household_numbered,
)
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.households.disposed import disposed_households
from portal.domain.people.households.models import DisposedHousehold, Household
from portal.domain.people.households.records import household_digest
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may
from portal.domain.people.staff.queries import staff_user


class Ground(Labeled):
    """Why the ward has a household disposed of before the end."""

    NOT_IN_EXTRACT = "not_in_extract", lambda: _s("抽出ファイルに入るべきでない世帯だった")
    STOP_REQUEST = "stop_request", lambda: _s("利用停止・消去の請求に、区が応じると決めた")
    WARD_ORDER = "ward_order", lambda: _s("そのほかの区の決定（決定の文書に書いてある）")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, as typed.

    Attributes:
        number: The ward's number of the household.
        decision: The number of the ward's decision.
        decided_on: Its day (JST).
        ground: A code of ``Ground``.
    """

    number: str = field(repr=False)
    decision: str
    decided_on: date
    ground: str


class Asked(Struct, frozen=True):
    """A disposal that waits for the second person; ``own``: the reader asked for it."""

    approval_id: int
    household_id: int
    ground: Ground
    decision: Decision
    asked_by: str
    asked_at: datetime
    own: bool


def ask(work: Work, wish: Wish) -> Approval:
    """Ask for the disposal of a household; nothing goes yet.

    Raises:
        NotFoundError: there is no household of this number for this person.
        InputError: a field is missing or impossible; the code names it.
        ConflictError: it is asked for already.
        NotAllowedError: this account may not ask.
    """
    asker = _holder(work)
    ground = Ground.known(wish.ground)
    if ground is None:
        raise InputError(_s("理由を選んでください。"), code="ground")
    check_decision(work, Decision(wish.decision, wish.decided_on))
    household = household_numbered(work, wish.number, may_know=_knows(asker))
    if open_for(work.session, HOUSEHOLD_DISPOSAL, SUBJECT, [household.id]):
        raise ConflictError(_s("この世帯の廃棄は、もう申請されています。下の一覧を見てください。"))
    return approvals.propose(
        work,
        HOUSEHOLD_DISPOSAL,
        SUBJECT,
        household.id,
        instruction=Instruction(wish.decision, wish.decided_on),
        household_id=household.id,
        detail={"ground": ground.value},
    )


def waiting(work: Work) -> Sequence[Asked]:
    """Return what waits for the second person, oldest first, as far as the actor may know of it."""
    knows = _knows(_holder(work))
    rows = open_of_kind(work.session, HOUSEHOLD_DISPOSAL)
    keys = [row.subject_id for row in rows]
    homes = {
        home.id: home
        for home in work.session.scalars(select(Household).where(Household.id.in_(keys)))
    }
    seen = [row for row in rows if knows or not homes[row.subject_id or 0].protected]
    return [_asked(work, row) for row in seen]


def asked_for(work: Work, approval_id: int) -> tuple[Asked, Household]:
    """Return one that waits, and its household.

    Raises:
        NotFoundError: none waits under this number, or it is not for this person.
    """
    approval = approval_by_id(work.session, approval_id)
    if approval is None or approval.kind != HOUSEHOLD_DISPOSAL or approval.state != PROPOSED:
        raise _unknown()
    household = work.session.get_one(Household, approval.subject_id)
    if household.protected and not _knows(_holder(work)):
        raise _unknown()
    return _asked(work, approval), household


def carry_out(work: Work, approval_id: int, number: str, *, papers_gone: bool) -> DisposedHousehold:
    """Dispose of the household for which another person asked; there is no way back.

    ``number`` is the household's number as the second person reads it in the ward's decision.

    Raises:
        NotFoundError: none waits under this number, or it is not for this person.
        NotAllowedError: it is the actor's own, neither person is of the ward, or whoever asked may
            not ask any more.
        InputError: another household's number, or its papers are still there; the code names the
            field.
        ConflictError: something about it is still open; the message lists it.
        WrongStateError: it was decided before.
    """
    asked, found = asked_for(work, approval_id)
    household = work.session.get_one(
        Household, found.id, with_for_update=True, populate_existing=True
    )
    approval = approvals.confirm(work, approval_id, ward_needed=True, household_id=household.id)
    if household_digest(work.vault, folded(number)) != household.number_digest:
        raise InputError(
            _s(
                "申請された世帯の番号とちがいます。区の決定の文書を確かめてください。"
                "何も変わっていません。"
            ),
            code="number",
        )
    asker = _asker(work, approval, household)
    return dispose_of(work, asker, household, asked.decision, papers_gone=papers_gone)


def turn_down(work: Work, approval_id: int) -> None:
    """Refuse another person's request, or take back one's own.

    Raises:
        NotFoundError: none waits under this number, or it is not for this person.
        WrongStateError: it was decided before.
    """
    asked, _household = asked_for(work, approval_id)
    approvals.turn_down(work, approval_id, household_id=asked.household_id)


def disposed(work: Work) -> Sequence[DisposedHousehold]:
    """Return the households that were disposed of, the last one first.

    Whoever may not know of protected households sees those that the contractor's people had a part
    in: of a protected one, both were of the ward.
    """
    rows = disposed_households(work.session)
    if not _knows(_holder(work)):
        rows = [row for row in rows if _with_contractor(work, row)]
    return sorted(rows, key=lambda row: row.id, reverse=True)


def certificate_of(work: Work, disposed_id: int) -> tuple[DisposedHousehold, Report]:
    """Return what is noted of a disposed household, and its certificate.

    Raises:
        NotFoundError: there is none of this number, or it is not for this person.
    """
    for row in disposed(work):
        if row.id == disposed_id:
            return row, household_certificate(work.program, row)
    raise _unknown()


def _with_contractor(work: Work, row: DisposedHousehold) -> bool:
    people = (staff_user(work.session, key) for key in (row.decided_by, row.confirmed_by))
    return any(one is not None and one.organization != Organization.WARD for one in people)


def _asked(work: Work, approval: Approval) -> Asked:
    asker = staff_user(work.session, approval.proposed_by)
    return Asked(
        approval.id,
        approval.subject_id or 0,
        Ground(approval.detail["ground"]),
        Decision(approval.instruction_no or "", approval.instruction_date or date.min),
        asker.display_name if asker is not None else "",
        approval.proposed_at,
        own=approval.proposed_by == work.actor.id,
    )


def _holder(work: Work) -> StaffUser:
    user = staff_user(work.session, work.actor.id)
    if user is None or not may(user, Permission.DISPOSE_HOUSEHOLD):
        raise NotAllowedError(_s("世帯の廃棄は、あなたの役割では扱えません。"))
    return user


def _knows(user: StaffUser) -> bool:
    return may(user, Permission.KNOW_PROTECTED)


def _asker(work: Work, approval: Approval, household: Household) -> Actor:
    """Return who asked, if they still may; of a protected household both must be of the ward."""
    user = staff_user(work.session, approval.proposed_by)
    if (
        user is None
        or not may(user, Permission.DISPOSE_HOUSEHOLD)
        or (household.protected and not _knows(user))
    ):
        raise NotAllowedError(
            _s("申請した人は、いまはこれを申請できません。断って、ほかの人が申請してください。")
        )
    return Actor(Role(user.role), user.id, Organization(user.organization))


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この世帯の廃棄は見つかりませんでした。"))
