"""The reply envelope whose postage the office pays (料金受取人払), as the post approved it."""

from dataclasses import dataclass
from datetime import date

from portal.domain.foundation.program.toml.sections import Section


@dataclass(frozen=True, slots=True)
class ReplyMail:
    """What the approval names, to be printed on the envelope.

    Attributes:
        post_office: The office that delivers and approved it, without 郵便局 or 局.
        approval_no: The number of the approval.
        first_day: From when it may be used (JST).
        last_day: The last day on which an envelope may be posted (JST).
        is_deferred: Whether postage is billed later (料金後納): the frame is doubled then.
    """

    post_office: str
    approval_no: str
    first_day: date
    last_day: date
    is_deferred: bool


def read_reply_mail(root: Section) -> ReplyMail | None:
    """Read ``[reply_mail]``; without it families put a stamp on the reply envelope."""
    if not root.has("reply_mail"):
        return None
    table = root.table("reply_mail")
    return ReplyMail(
        table.text("post_office"),
        table.text("approval_no"),
        table.day("from"),
        table.day("to"),
        table.flag("deferred", default=True),
    )
