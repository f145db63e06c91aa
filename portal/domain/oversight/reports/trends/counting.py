"""Count acts of families in a span by town, without protected families."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from portal.domain.contacts.calls.kinds import Direction
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import ENDED
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.vault import opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.roster.checks.towns import load_towns
from portal.domain.oversight.reports.days import Days
from portal.domain.oversight.reports.trends.hiding import UNKNOWN_TOWN
from portal.domain.oversight.reports.trends.spans import Measure
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import open_household

AT_ONCE = 500
PerHousehold = Mapping[int | None, int]
"""Acts by household; None has the calls of which no household is known."""


def towns_of_program(work: Work) -> tuple[str, ...]:
    """Return the ward's towns in the order of its list."""
    listed = load_towns(work.program.towns_file).values()
    return tuple(dict.fromkeys(town for towns in listed for town in sorted(towns)))


def count_by_town(work: Work, days: Days) -> Mapping[Measure, Mapping[str, int]]:
    """Return the acts of the days (JST) by measure and town; every town stands in each.

    What families of unknown towns did, and calls without a family, count under ``UNKNOWN_TOWN``.
    """
    acts = {measure: _acts(work, measure, days) for measure in Measure}
    households = {key for found in acts.values() for key in found if key is not None}
    town_of = _towns(work, households)
    names = (*towns_of_program(work), UNKNOWN_TOWN)
    result: dict[Measure, Mapping[str, int]] = {}
    for measure, found in acts.items():
        counts = dict.fromkeys(names, 0)
        for key, number in found.items():
            town = town_of.get(key, UNKNOWN_TOWN) if key is not None else UNKNOWN_TOWN
            counts[town if town in counts else UNKNOWN_TOWN] += number
        result[measure] = counts
    return result


def _acts(work: Work, measure: Measure, days: Days) -> PerHousehold:
    if measure is Measure.CALLS:
        return _calls(work, days)
    rows = work.session.execute(_by_household(measure, days))
    return {int(key): int(number) for key, number in rows}


def _by_household(measure: Measure, days: Days) -> Select[int, int]:
    """Return the statement that counts the acts of each household that is not protected."""
    at = days.spans(AuditEvent.at)
    counted = select(Household.id, func.count()).where(Household.protected.is_(False))
    of_coupon = (Coupon.entitlement_id == Entitlement.id, Entitlement.household_id == Household.id)
    match measure:
        case Measure.SIGNED_IN:
            mine = (AuditEvent.action == "signin.complete", AuditEvent.household_id == Household.id)
            counted = counted.where(at, *mine)
        case Measure.SHOWN:
            counted = counted.where(days.spans(Coupon.revealed_at), *of_coupon)
        case Measure.EXCHANGED:
            said = (AuditEvent.action == "coupon.import_full", AuditEvent.subject_id == Coupon.id)
            counted = counted.where(at, *said, *of_coupon)
        case _:
            back = AuditEvent.action.in_(("shipment.receive", "shipment.turn_up"))
            letter = (Shipment.letter_id.is_not(None), Shipment.household_id == Household.id)
            counted = counted.where(at, back, AuditEvent.subject_id == Shipment.id, *letter)
    return counted.group_by(Household.id)


def _calls(work: Work, days: Days) -> PerHousehold:
    """Return the ended contacts of callers by the household opened first, if any.

    A contact in which a protected household was opened counts nowhere.
    """
    opened = aliased(CallHousehold)
    protected = (
        select(opened.id)
        .join(Household, Household.id == opened.household_id)
        .where(opened.call_id == Call.id, Household.protected)
        .correlate(Call)
    )
    first = select(func.min(opened.id)).where(opened.call_id == Call.id).correlate(Call)
    rows = work.session.execute(
        select(CallHousehold.household_id, func.count(Call.id))
        .select_from(Call)
        .outerjoin(CallHousehold, CallHousehold.id == first.scalar_subquery())
        .where(
            Call.state == ENDED,
            Call.direction == Direction.INBOUND,
            days.spans(Call.ended_at),
            ~protected.exists(),
        )
        .group_by(CallHousehold.household_id)
    )
    found: dict[int | None, int] = {}
    found.update((key, int(number)) for key, number in rows)
    return found


def _towns(work: Work, households: Collection[int]) -> Mapping[int, str]:
    """Return the town of each household; one that was disposed of has none."""
    found: dict[int, str] = {}
    keys = sorted(households)
    with opening_for_nobody():
        for at in range(0, len(keys), AT_ONCE):
            some = keys[at : at + AT_ONCE]
            rows = work.session.execute(
                select(
                    Household.id,
                    Household.wrapped_key,
                    Household.sealed,
                    Household.number_digest,
                ).where(Household.id.in_(some))
            )
            for key, wrapped, sealed, digest in rows:
                if sealed:
                    fields = open_household(work.vault.unwrap(wrapped), sealed, digest)
                    found[key] = fields.town
    return found
