"""The form of an issuer's statement: the profile's table ``[statement]``."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import Labeled, _s


class IssuerStatus(Labeled):
    """The status of a code as its issuer reports it, in the staff's words."""

    UNUSED = "unused", lambda: _s("未使用")
    PART_USED = "part_used", lambda: _s("一部利用")
    EXCHANGED = "exchanged", lambda: _s("交換済")
    EXPIRED = "expired", lambda: _s("期限切れ")
    STOPPED = "stopped", lambda: _s("停止")


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """Columns by their names in the header; ``words`` maps each word of the file to a status.

    ``complete``: each statement names every code of this issuer, so that one that it does not name
    is missing; otherwise it names only those that changed.
    """

    management_no: str
    status: str
    used_yen: str | None
    balance_yen: str | None
    words: Mapping[str, str]
    complete: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the header must have."""
        named = (self.management_no, self.status, self.used_yen, self.balance_yen)
        return tuple(name for name in named if name is not None)


def read_statement_layout(root: Section) -> StatementLayout | None:
    """Read the table of a profile; None if the issuer gives no statements.

    Faults go into ``root.problems``.
    """
    if not root.has("statement"):
        return None
    table = root.table("statement")
    words = table.table("words")
    layout = StatementLayout(
        management_no=table.text("management_no"),
        status=table.text("status"),
        used_yen=table.text("used_yen", "") or None,
        balance_yen=table.text("balance_yen", "") or None,
        words={word: status for status in IssuerStatus for word in words.words(status, ())},
        complete=table.flag("complete", default=True),
    )
    if layout.used_yen is None and layout.balance_yen is None:
        table.problem("used_yen", _s("used_yen と balance_yen の少なくとも一方を書いてください。"))
    said = [word for status in IssuerStatus for word in words.words(status, ())]
    for word in sorted({word for word in said if said.count(word) > 1}):
        table.problem("words", _s("「%(word)s」を2つの意味で使っています。") % {"word": word})
    return layout
