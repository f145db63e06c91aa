"""Search every table and file for a family, for two people of the ward who answer a request."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, select

from portal.domain.contacts.escalations.answers_in import rows_about
from portal.domain.contacts.escalations.models import AnswerSheet
from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.models import CouponFault, IncidentSubject
from portal.domain.mailroom.roster.models import StagedChild, StagedHold, StagedHousehold
from portal.domain.oversight.copies.queries import kept_copies
from portal.domain.oversight.disclosure.passages import Passage, passages
from portal.domain.oversight.disclosure.places import OF_TABLE, Place
from portal.domain.oversight.disposal.household.emptying import receipts_of, rejected_rows
from portal.domain.oversight.disposal.household.keys import FamilyKeys, family_keys
from portal.domain.oversight.disposal.household.obstacles import letters_in_files
from portal.domain.oversight.disposal.household.traces import count_traces
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.services import require_waiting
from portal.domain.people.households.looks import names_household
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.queries import household_id_of

SEARCHED = "disclosure.searched"
SUBJECT = "disclosure"


@dataclass(frozen=True, slots=True)
class Holding:
    """How many rows of a table, or letters in files, are about the family."""

    place: Place
    table: str
    count: int


class Found(Struct, frozen=True):
    """What was found.

    Attributes:
        household: The key of the family.
        protected: Whether it is under protection at this moment.
        holdings: Where it stands, by table.
        passages: Everything that an extract may tell, the oldest first.
        copies: The numbers of the copies of the whole database in which it stands as well.
    """

    household: int
    protected: bool
    holdings: Sequence[Holding]
    passages: Sequence[Passage]
    copies: Sequence[int]


def family_for(work: Work, request: int, number: str, second: Actor) -> Household:
    """Return the family about which a request is open, locked, for two people of the ward.

    ``request`` is the entry of the register of disclosure requests, ``number`` the ward's number of
    the family or its key as ``#123``.

    Raises:
        NotFoundError: there is no such request.
        WrongStateError: it is answered already.
        InputError: there is no such family.
        NotAllowedError: one of the two is not of the ward, or both are one person.
    """
    for actor in (work.actor, second):
        if actor.id is None or actor.organization is not Organization.WARD:
            raise NotAllowedError(_s("開示の請求に答えるのは、区の職員だけです。"))
    if second.id == work.actor.id:
        raise NotAllowedError(_s("区のふたりで行います。別の人が確認してください。"))
    require_waiting(work, request, RegisterKind.DISCLOSURE)
    key = household_id_of(work, number)
    if key is None:
        raise InputError(_s("この番号の世帯は見つかりませんでした。"))
    return work.session.get_one(Household, key, with_for_update=True, populate_existing=True)


def look(work: Work, household: Household) -> Found:
    """Return where a family stands now; whoever calls has asked who may see it."""
    return Found(
        household.id,
        household.protected,
        holdings_of(work, household),
        passages(work, family_keys(work.session, household.id)),
        [copy.id for copy in kept_copies(work.session)],
    )


def holdings_of(work: Work, household: Household) -> list[Holding]:
    """Return where a family stands, in the order of the places.

    Raises:
        KeyError: a table with traces of families has no place.
    """
    keys = family_keys(work.session, household.id)
    counts = Counter(count_traces(work.session, keys))
    counts.update(_without_traces(work, keys))
    counts.update(_in_extracts(work, household))
    holdings = [Holding(OF_TABLE[table], table, count) for table, count in counts.items() if count]
    if letters := letters_in_files(work.session, household.id):
        holdings.append(Holding(Place.FILES, "", letters))
    order = list(Place)
    return sorted(holdings, key=lambda one: (order.index(one.place), one.table))


def _without_traces(work: Work, keys: FamilyKeys) -> dict[str, int]:
    """Count what the disposal of one household leaves, or writes anew."""
    key = keys.household
    receipts = receipts_of(work, key)
    sheets = work.session.scalars(select(AnswerSheet)) if receipts else ()
    named = or_(AuditEvent.household_id == key, names_household(key))
    return {
        "household": 1,
        "child": _count(work, Child.household_id == key),
        "coupon": len(keys.coupons),
        "coupon_fault": _count(work, CouponFault.household_id == key),
        "incident": _count(work, IncidentSubject.household_id == key),
        "escalation_sheet": sum(rows_about(work.vault, sheet, receipts) for sheet in sheets),
        "audit_event": _count(work, named),
    }


def _in_extracts(work: Work, household: Household) -> dict[str, int]:
    own = select(Child.person_digest).where(Child.household_id == household.id)
    persons = {bytes(digest) for digest in work.session.scalars(own)}
    digest = bytes(household.number_digest)
    staged = StagedHousehold.number_digest == digest
    mine = select(StagedHousehold.id).where(staged)
    return {
        "roster_row": len(rejected_rows(work, digest, persons)),
        "staged_household": _count(work, staged),
        "staged_child": _count(work, StagedChild.person_digest.in_(persons)),
        "staged_hold": _count(work, StagedHold.household_id.in_(mine)),
    }


def _count(work: Work, condition: ColumnElement[bool]) -> int:
    return work.session.scalar(select(func.count()).where(condition)) or 0
