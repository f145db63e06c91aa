"""The end of the audit chain as a monthly report prints it: the ward keeps it on paper."""

from portal.domain.foundation.audit.chain import Link
from portal.domain.foundation.audit.queries import last_head
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.tables import ReportTable

BLOCK = 8


def sealed_records_table(work: Work) -> ReportTable:
    """Return number and hash of the newest signed head, for ``portal audit verify --printed``."""
    head = last_head(work.session)
    rows = (
        (
            (_s("最後の記録の番号"), f"{head.link.seq}"),
            (_s("照合の値（SHA-256）"), printed_hash(head.link)),
            (_s("署名した時"), minute_text(head.at)),
            (_s("署名した鍵"), head.signer),
        )
        if head is not None
        else ()
    )
    return ReportTable(
        _s("操作の記録の控え"),
        (_s("項目"), _s("内容")),
        rows,
        empty=_s("署名した控えが、まだありません。"),
        wide=1,
    )


def printed_hash(link: Link) -> str:
    """Return the hash in blocks that a line can break between."""
    digits = link.hash.hex()
    return " ".join(digits[at : at + BLOCK] for at in range(0, len(digits), BLOCK))
