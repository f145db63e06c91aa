"""What the mail to staff says: kinds, counts, due days and paths, and nothing about a family."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.people.notices.messages import Message


class Waiting(Labeled):
    """What waits, as mail and pages call it."""

    INCIDENTS = "incidents", lambda: _s("事故の期限")
    REPORTS = "reports", lambda: _s("区に出す報告書")
    APPROVALS = "approvals", lambda: _s("承認を待つ依頼")
    REVIEWS = "reviews", lambda: _s("審査を待つ申請")
    ESCALATIONS = "escalations", lambda: _s("区への引き継ぎ（期限を過ぎた）")
    HOURS = "hours", lambda: _s("承認を待つ受付時間の変更")
    SITE_TEXTS = "site_texts", lambda: _s("公開を待つ住民の画面の文")
    COPIES = "copies", lambda: _s("期限を過ぎたデータの写し")


class Item(Struct, frozen=True):
    """How many of a kind wait, the earliest day (JST) on which one is due, and the path."""

    kind: Waiting
    count: int
    path: str
    due: date | None = None

    @property
    def line(self) -> str:
        """The item in one line."""
        said = _s("%(kind)s: %(count)s件") % {"kind": self.kind.label, "count": self.count}
        if self.due is not None:
            said += _s("、期限 %(day)s") % {"day": self.due.isoformat()}
        return f"{said}  {self.path}"


def items_message(program: Program, items: Sequence[Item]) -> Message:
    """Return the mail about what waits, in the language current when it is made."""
    lines = [
        _s("待っている仕事があります。"),
        "\n".join(item.line for item in items),
        _s("職員のサイトを、職場の端末で開いて、この場所を見てください。"),
        _s("この知らせは「アカウント」で止められます。返信はできません。"),
        str(program.names.program),
    ]
    return Message(_s("待っている仕事"), "\n\n".join(lines) + "\n")


def code_message(program: Program, code: str) -> Message:
    """Return the mail with the code that proves an address."""
    lines = [
        _s("確認の番号: %(code)s") % {"code": code},
        _s(
            "15分のあいだ、「アカウント」の画面に入力できます。頼んでいないときは、捨ててください。"
        ),
        str(program.names.program),
    ]
    return Message(_s("確認の番号"), "\n\n".join(lines) + "\n")
