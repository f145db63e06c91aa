"""States of a list that leaves: asked for, approved, made, fetched, gone."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ListState(Labeled):
    """How far a list is.

    Attributes:
        REQUESTED: It waits for a second person.
        APPROVED: The second person may make the file.
        REFUSED: The second person said no.
        WITHDRAWN: Whoever asked for it does not want it any more.
        MADE: The file is there and encrypted; nobody has fetched it.
        FETCHED: Whoever asked for it has it.
        OUTSTANDING: Its last day is over; nobody has confirmed that what was fetched is destroyed.
        EXPIRED: Its time was over before anybody had it.
        DESTROYED: Whoever had it, or the ward, confirmed that it is destroyed.
    """

    REQUESTED = "requested", lambda: _s("承認待ち")
    APPROVED = "approved", lambda: _s("承認ずみ（ファイルはまだ）")
    REFUSED = "refused", lambda: _s("承認しない")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")
    MADE = "made", lambda: _s("受け取れます")
    FETCHED = "fetched", lambda: _s("受け取りずみ")
    OUTSTANDING = "outstanding", lambda: _s("期限切れ（廃棄の確認待ち）")
    EXPIRED = "expired", lambda: _s("期限切れ（だれも受け取っていない）")
    DESTROYED = "destroyed", lambda: _s("廃棄ずみ")


REQUESTED, APPROVED, REFUSED, WITHDRAWN, MADE, FETCHED, OUTSTANDING, EXPIRED, DESTROYED = ListState
PERSON_LIST = StateMachine(
    "person_list",
    REQUESTED,
    {
        "approve": {REQUESTED: APPROVED},
        "refuse": {REQUESTED: REFUSED},
        "withdraw": {REQUESTED: WITHDRAWN, APPROVED: WITHDRAWN},
        "make": {APPROVED: MADE, MADE: MADE},
        "fetch": {MADE: FETCHED, FETCHED: FETCHED},
        "expire": {
            REQUESTED: EXPIRED,
            APPROVED: EXPIRED,
            MADE: EXPIRED,
            FETCHED: OUTSTANDING,
        },
        "destroy": {FETCHED: DESTROYED, OUTSTANDING: DESTROYED},
    },
)
"""Made again: the key of the file was lost before anybody had fetched it."""
HELD = (MADE, FETCHED)
"""The file is on the server."""
EXPIRING = tuple(PERSON_LIST.steps["expire"])
