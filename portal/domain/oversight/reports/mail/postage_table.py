"""The table of pieces and postage in the delivery report (clause 7(3)②)."""

from datetime import date

from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import MailClass
from portal.domain.letters.shipments.postage import postage_of_month, total_yen
from portal.domain.oversight.reports.tables import Cell, ReportTable

NOT_KNOWN = "–"


def postage_table(work: Work, month: date) -> ReportTable:
    """Return pieces and postage of a month by class; the sum is "–" while a price is not agreed."""
    lines = postage_of_month(work, month)
    yen = total_yen(lines)
    rows: list[tuple[Cell, ...]] = [
        (
            label_of(MailClass, line.mail_class) or _s("未確認"),
            line.letters,
            line.cards,
            line.parcels,
            line.others,
            NOT_KNOWN if line.yen_each is None else line.yen_each,
            NOT_KNOWN if line.yen is None else line.yen,
        )
        for line in lines
    ]
    total = (
        _s("合計"),
        sum(line.letters for line in lines),
        sum(line.cards for line in lines),
        sum(line.parcels for line in lines),
        sum(line.others for line in lines),
        "",
        NOT_KNOWN if yen is None else yen,
    )
    columns = (
        _s("種類"),
        _s("手紙（通）"),
        _s("カード（通）"),
        _s("小包など（個）"),
        _s("そのほか（通）"),
        _s("1通の郵便料（円）"),
        _s("郵便料（円）"),
    )
    note = (
        _s("1通の郵便料が決まっていない種類の郵便があるため、郵便料の合計は分かりません。")
        if yen is None
        else ""
    )
    return ReportTable(_s("郵便の通数と郵便料（種類別）"), columns, rows, total, wide=0, note=note)
