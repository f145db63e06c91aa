"""The households of a number, whatever number it is."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select

from portal.domain.desk.finding.numbers import Number, NumberKind
from portal.domain.desk.finding.receipts import Receipt, receipts_of
from portal.domain.foundation.vault import note_shown, opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.queries import household_of_number
from portal.domain.letters.shipments.queries import by_tracking_number
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.queries import households_with_telephone
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.queries import SEARCH_LIMIT, HouseholdView, view_those_there


class Numbered(Struct, frozen=True):
    """What has a number, as far as the reader may know of it.

    Attributes:
        households: At most twenty of them.
        more: Whether there are further ones that the reader may know of.
        records: What a receipt number was given out for.
        withheld: Protected households that the number names, for the log only.
    """

    households: tuple[HouseholdView, ...] = ()
    more: bool = False
    records: tuple[Receipt, ...] = ()
    withheld: tuple[int, ...] = ()


def look_up(work: Work, numbers: Sequence[Number], *, include_protected: bool) -> Numbered:
    """Return what has one of the numbers; each kind takes the same work whatever it finds."""
    ids: list[int] = []
    records: tuple[Receipt, ...] = ()
    withheld: list[int] = []
    for number in numbers:
        if number.kind is NumberKind.RECEIPT:
            found = receipts_of(work, number.stored, include_protected=include_protected)
            records = found.shown
            withheld += found.withheld
            ids += found.households
        else:
            ids += _households(work, number)
    with opening_for_nobody():  # a look at one that is not shown would be put on record, and told
        views = view_those_there(work, dict.fromkeys(ids))
    withheld += [view.id for view in views if view.protected]
    # cut after protected ones are left out: "more than twenty" would tell of one
    known = [view for view in views if include_protected or not view.protected]
    shown = tuple(known[:SEARCH_LIMIT])
    for view in shown:
        note_shown(view.id)
    return Numbered(shown, len(known) > SEARCH_LIMIT, records, tuple(dict.fromkeys(withheld)))


def _households(work: Work, number: Number) -> list[int]:
    if number.kind is NumberKind.LETTER:
        household_id = household_of_number(work.session, number.stored)
        return [household_id] if household_id is not None else []
    if number.kind is NumberKind.LOGIN_ID:
        digest = login_digest(work.vault, number.stored)
        return list(
            work.session.scalars(
                select(Credential.household_id).where(Credential.login_digest == digest)
            )
        )
    if number.kind is NumberKind.TELEPHONE:
        return households_with_telephone(work, number.stored)
    # Tracking numbers are used again after some time: the newest posting comes first.
    return [row.household_id for row in by_tracking_number(work.session, number.stored)]
