"""Begin a rehearsal in a training world, score it, and enter who passed all of them."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.services import current_call
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.services import NewEntry, enter
from portal.domain.oversight.rehearsals.models import Rehearsal
from portal.domain.oversight.rehearsals.scenarios import (
    Scenario,
    ScenarioKey,
    birth_said,
    scenarios,
)
from portal.domain.oversight.rehearsals.scoring import played, points_met
from portal.domain.oversight.rehearsals.states import GOING, PASSED, REHEARSAL
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.staff.models import StaffUser

SUBJECT = "rehearsal"


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """What the invented caller says of the invented family."""

    name: str = field(repr=False)
    birth: date | None
    postal: str = field(repr=False)

    @property
    def words(self) -> dict[str, str]:
        """What the caller's lines quote."""
        birth = self.birth.isoformat() if self.birth is not None else ""
        return {"name": self.name, "birth": birth, "postal": self.postal}


def is_training_world(work: Work) -> bool:
    """Return whether every household here is invented: only then may anybody rehearse."""
    return work.program.is_demo


def begin(work: Work, key: str) -> Rehearsal:
    """Begin a rehearsal with an invented caller.

    Raises:
        NotAllowedError: this is no training world, or the actor has no account.
        InputError: no such caller (code ``scenario``).
        ConflictError: a rehearsal or a call of the actor goes on, or no family fits.
    """
    if not is_training_world(work) or work.actor.id is None:
        raise NotAllowedError(_s("練習は、練習用のシステム（お試し）でだけできます。"))
    known = ScenarioKey.known(key)
    if known is None:
        raise InputError(_s("だれの電話で練習するかを選んでください。"), code="scenario")
    # there is no row to lock yet: the person's row makes a second press wait
    work.session.execute(
        select(StaffUser.id).where(StaffUser.id == work.actor.id).with_for_update(key_share=True)
    )
    if going(work.session, work.actor.id) is not None or current_call(work) is not None:
        raise ConflictError(_s("先に、続いている練習か受付を終えてください。"))
    row = Rehearsal(
        staff_id=work.actor.id,
        scenario=known.value,
        household_id=_family(work.session, scenarios()[known]),
        begun_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    record(work, "rehearsal.begun", SUBJECT, row.id, scenario=row.scenario)
    return row


def _family(session: Session, scenario: Scenario) -> int:
    """Return an invented family that fits, the one that was rehearsed with least."""
    used = exists().where(Rehearsal.household_id == Household.id)
    found = session.scalar(
        select(Household.id)
        .where(
            Household.state == HouseholdState.ACTIVE,
            Household.protected.is_(scenario.protected),
        )
        .order_by(used, Household.id.desc())
        .limit(1)
    )
    if found is None:
        raise ConflictError(_s("この練習に合う、架空の世帯がありません。"))
    return found


def going(session: Session, staff_id: int) -> Rehearsal | None:
    """Return the rehearsal of a person that goes on; None if there is none."""
    return session.scalar(
        select(Rehearsal).where(Rehearsal.staff_id == staff_id, Rehearsal.state == GOING)
    )


def caller_facts(work: Work, row: Rehearsal) -> CallerFacts:
    """Return what the caller of a rehearsal says; only an invented family is ever opened.

    Raises:
        NotAllowedError: this is no training world.
    """
    if not is_training_world(work):
        raise NotAllowedError(_s("練習は、練習用のシステム（お試し）でだけできます。"))
    fields = view_household(work, row.household_id).fields
    scenario = scenarios()[ScenarioKey(row.scenario)]
    birth = birth_said(scenario, fields.birth) if fields.birth is not None else None
    return CallerFacts(fields.kana or fields.name, birth, fields.postal_code or "")


def finish(work: Work, rehearsal_id: int) -> Rehearsal:
    """Score a rehearsal; whoever has passed all callers by it is entered as trained.

    Raises:
        NotFoundError: no rehearsal of the actor has this key.
        WrongStateError: it was scored or dropped before.
        ConflictError: its call goes on.
    """
    row = _locked(work, rehearsal_id)
    REHEARSAL.next(row.state, "drop")  # asked only: a scored one stays
    if current_call(work) is not None:
        raise ConflictError(_s("先に、受付を終えて記録してください。"))
    scenario = scenarios()[ScenarioKey(row.scenario)]
    met = points_met(scenario, played(work, row))
    passed = len(met) == len(scenario.points)
    row.state = REHEARSAL.next(row.state, "pass" if passed else "fail")
    row.met, row.ended_at = [point.value for point in met], work.now
    work.session.flush()
    record(
        work,
        "rehearsal.scored",
        SUBJECT,
        row.id,
        scenario=row.scenario,
        met=row.met,
        passed=passed,
    )
    if passed and _has_passed_all(work.session, row.staff_id):
        row.entry_id = _enter(work, row.staff_id)
        work.session.flush()
    return row


def _has_passed_all(session: Session, staff_id: int) -> bool:
    """Return whether a person passed every caller, and that is not in the register yet."""
    rows = session.execute(
        select(Rehearsal.scenario, Rehearsal.entry_id, Rehearsal.id)
        .where(Rehearsal.staff_id == staff_id, Rehearsal.state == PASSED)
        .order_by(Rehearsal.id)
    ).all()
    last = max((row.id for row in rows if row.entry_id is not None), default=0)
    return {row.scenario for row in rows if row.id > last} == {key.value for key in ScenarioKey}


def _enter(work: Work, staff_id: int) -> int:
    new = NewEntry(
        RegisterKind.TRAINING.value,
        jst_date(work.now),
        staff_id=staff_id,
        note=_s("練習の受付を、%(n)d人の相手で、手引きのとおりにできた") % {"n": len(ScenarioKey)},
    )
    return enter(work, new).id


def drop(work: Work, rehearsal_id: int) -> Rehearsal:
    """Give a rehearsal up without a score.

    Raises:
        NotFoundError: no rehearsal of the actor has this key.
        WrongStateError: it was scored or dropped before.
    """
    row = _locked(work, rehearsal_id)
    row.state, row.ended_at = REHEARSAL.next(row.state, "drop"), work.now
    work.session.flush()
    record(work, "rehearsal.dropped", SUBJECT, row.id, scenario=row.scenario)
    return row


def own(session: Session, rehearsal_id: int, staff_id: int) -> Rehearsal:
    """Return a rehearsal of a person.

    Raises:
        NotFoundError: there is no such rehearsal of this person.
    """
    row = session.get(Rehearsal, rehearsal_id)
    if row is None or row.staff_id != staff_id:
        raise _unknown()
    return row


def _locked(work: Work, rehearsal_id: int) -> Rehearsal:
    row = work.session.get(Rehearsal, rehearsal_id, with_for_update=True, populate_existing=True)
    if row is None or row.staff_id != work.actor.id:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この練習は見つかりませんでした。"))
