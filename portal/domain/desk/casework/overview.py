"""A household's row, its credential and which lists about it have entries, in one query.

The lists themselves are read only if they have any.
"""

from collections.abc import Collection
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.contact import ContactKind
from portal.domain.desk.casework.contact_history import THERE, kinds_there
from portal.domain.foundation.base import BigId
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household, MovedChild
from portal.domain.people.households.states import HoldState
from portal.domain.people.tasks.models import Task
from portal.domain.requests.recipients.models import RecipientChange


class Overview(Struct, frozen=True):
    """The household, its latest credential, and for each list about it, whether it has entries.

    ``contacts`` are the kinds of contacts there are.
    """

    household: Household
    credential: Credential | None
    holds: bool
    tasks: bool
    notices: bool
    moved: bool
    changes: bool
    contacts: Collection[ContactKind]


_KEY = bindparam("household_id", type_=BigId)
# built once: building so large a statement takes as long as running it
OVERVIEW = (
    select(
        Household,
        Credential,
        select(1).where(Hold.household_id == _KEY, Hold.state == HoldState.OPEN).exists(),
        select(1).where(Task.household_id == _KEY).exists(),
        select(1).where(Announcement.household_id == _KEY).exists(),
        select(1).where(MovedChild.household_id == _KEY).exists(),
        select(1).where(RecipientChange.from_household_id == _KEY).exists(),
        *THERE,
    )
    .outerjoin(
        Credential,
        Credential.id
        == select(func.max(Credential.id))
        .where(Credential.household_id == _KEY)
        .correlate(None)
        .scalar_subquery(),
    )
    .where(Household.id == _KEY)
)


def overview(session: Session, household_id: int) -> Overview | None:
    """Return the overview of a household; None if there is none."""
    row = session.execute(OVERVIEW, {"household_id": household_id}).one_or_none()
    if row is None:
        return None
    values: list[Any] = list(row)
    own = len(values) - len(THERE)
    values[own:] = [kinds_there(values[own:])]
    return Overview(*values)
