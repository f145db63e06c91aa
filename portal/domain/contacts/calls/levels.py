"""Verification levels: what may be told and done for a household in a call.

``security.md`` A14, ``domain.md`` §5.3: a former husband knows names, birth dates and the postal
code, so these allow the status and a re-posting to the registered address, nothing else. More needs
the letter, or a call back.
"""

from enum import IntEnum

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import ENDED
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.people.households.models import Household


class Level(IntEnum):
    """What a call may do with a household."""

    NONE = 0
    """Nothing about the household may be told."""
    STATUS = 1
    """Status, and re-posting to the registered address."""
    ACT = 2
    """Unlock, alternative, decline form, report lost, change of the enrolled channel."""

    @property
    def label(self) -> str:
        """The level as staff read it."""
        return {
            Level.NONE: _s("確認していない"),
            Level.STATUS: _s("状況まで伝えられる"),
            Level.ACT: _s("手続きできる"),
        }[self]


class VerifiedCaller(Struct, frozen=True):
    """The caller of a call, and the level reached for a household."""

    call: Call
    household_id: int
    level: Level


def level_of(session: Session, call: Call, household_id: int) -> Level:
    """Return the level that a call reached for a household.

    It is ``NONE`` for an ended call and for a household that is protected now, whatever was reached
    before.
    """
    if call.state == ENDED:
        return Level.NONE
    reached = session.scalar(
        select(CallHousehold.level)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(
            CallHousehold.call_id == call.id,
            CallHousehold.household_id == household_id,
            Household.protected.is_(False),
        )
    )
    return Level(reached or 0)


def require_level(reached: Level, needed: Level) -> None:
    """Refuse what the level that a caller has reached does not allow.

    Raises:
        NotAllowedError: the level is lower; the message tells the agent what to ask or tell next
            (code ``level``).
    """
    if reached >= needed:
        return
    if needed is Level.STATUS:
        text = _s(
            "先に、かけてきた人を確認してください。確認できるまで、世帯のことは何も伝えられません。"
        )
    else:
        text = _s(
            "この手続きには、手紙番号かID、または登録の電話番号へのかけなおしが必要です。"
            "「お手元の手紙の番号を教えてください」と聞いてください。"
        )
    raise NotAllowedError(text, code="level")
