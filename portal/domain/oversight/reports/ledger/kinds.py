"""The figures that the contract is paid by, and how far two counts of one agree."""

from collections.abc import Mapping

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, _s


class Figure(Labeled):
    """A figure of a monthly report that opens its events and is counted twice."""

    POSTED = "posted", lambda: _s("差し出した手紙")
    DELIVERED = "delivered", lambda: _s("配達完了")
    ABSENT = "absent", lambda: _s("不在で持ち戻り")
    RETURNED = "returned", lambda: _s("戻った手紙")
    DECLINED = "declined", lambda: _s("辞退（承認したもの、世帯数）")
    OFFERED = "offered", lambda: _s("着信")
    ANSWERED = "answered", lambda: _s("応答")
    ABANDONED = "abandoned", lambda: _s("放棄")
    PHONE = "phone", lambda: _s("受付の記録: 電話")
    FAX = "fax", lambda: _s("受付の記録: FAX")
    COUNTER = "counter", lambda: _s("受付の記録: 窓口")

    @property
    def has_families(self) -> bool:
        """Whether each of its events is of a family, with children and yen."""
        return self in OF_MAIL


_F = Figure
OF_LETTERS = (_F.POSTED, _F.DELIVERED, _F.ABSENT, _F.RETURNED)
OF_MAIL = (*OF_LETTERS, _F.DECLINED)
"""The figures of the delivery report."""
OF_LINES = (_F.OFFERED, _F.ANSWERED, _F.ABANDONED)
OF_CONTACTS = (_F.PHONE, _F.FAX, _F.COUNTER)
OF_CALLS = (*OF_LINES, *OF_CONTACTS)
"""The figures of the call report."""


class Amount(Struct, frozen=True):
    """A number of letters, households or calls, with their children and yen if they have any."""

    cases: int
    children: int = 0
    yen: int = 0


class Compared(Struct, frozen=True):
    """A figure as a report has it, and as the recount gives it."""

    figure: Figure
    reported: Amount
    recounted: Amount

    @property
    def agrees(self) -> bool:
        """Whether the two counts are the same."""
        return self.reported == self.recounted


def compare(
    reported: Mapping[Figure, Amount], recounted: Mapping[str, tuple[int, int, int]]
) -> tuple[Compared, ...]:
    """Put both counts of every reported figure side by side."""
    return tuple(
        Compared(figure, amount, Amount(*recounted.get(figure, (0, 0, 0))))
        for figure, amount in reported.items()
    )
