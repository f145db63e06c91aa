"""Which lists there are, and which rows of one somebody wants."""

from dataclasses import dataclass

from portal.domain.foundation.texts import Labeled, _s


class ListKind(Labeled):
    """A list with persons in it that may leave as a file."""

    UNDELIVERED = "undelivered", lambda: _s("不着一覧")
    STORED_MAIL = "stored_mail", lambda: _s("保管している郵便の一覧")
    AUDIT = "audit", lambda: _s("操作の記録")
    SETTLEMENT = "settlement", lambda: _s("清算の明細（世帯とこどもごと）")
    INCIDENT = "incident", lambda: _s("事故の調べ（データを見られた世帯）")


FROM_THEIR_PAGES = frozenset({ListKind.AUDIT, ListKind.INCIDENT})
"""Lists whose rows are chosen elsewhere: in the auditor's search, by ``portal audit incident``."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows of a list are wanted; "" leaves none out.

    Attributes:
        box: A box of the storage (stored mail).
        reason: Why letters came back, a code of ``ReturnReason`` (undelivered).
        start: From this instant, as ISO 8601 in UTC (audit and incident, required).
        end: Until this instant, exclusive, likewise.
        login: An account of the staff (audit, incident).
        household: A family, as ``#123`` (audit, incident).
        action: The beginning of an action (audit).
    """

    box: str = ""
    reason: str = ""
    start: str = ""
    end: str = ""
    login: str = ""
    household: str = ""
    action: str = ""
