"""Where a request stands, as its resident reads it."""

from collections.abc import Sequence

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _
from portal.domain.requests.requests.kinds import (
    ACCEPTED,
    DELIVERED,
    FULFILLED,
    PARTLY,
    REFUSED,
    RESTOCKED,
    WITHDRAWN,
)
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.steps import Step


def state_words(row: Request) -> str:
    """Return the state in words; a closed request says how it ended."""
    match row.state:
        case "waiting":
            return _("担当者が確かめています")
        case "in_progress":
            return _("手続きを進めています")
        case "with_resident":
            return _("あなたの返事を待っています")
        case _closed:
            return _result_words(row.result or "")


def _result_words(result: str) -> str:
    words: dict[str, str] = {
        ACCEPTED: _("手続きが終わりました"),
        REFUSED: _("お受けできませんでした"),
        WITHDRAWN: _("取り下げました"),
        FULFILLED: _("送る手続きが終わりました"),
        DELIVERED: _("お届けしました"),
        RESTOCKED: _("お届けできませんでした"),
        PARTLY: _("一部の手続きが終わりました"),
    }
    return words.get(result, _("手続きが終わりました"))


def next_words(steps: Sequence[Step]) -> str:
    """Return what comes next; "" where nothing does."""
    return next((step.words for step in steps if step.at is None), "")


def check_words(row: Request) -> str:
    """Say that the staff will look at it, and until when.

    No day where its last change came after that day.
    """
    if jst_date(row.changed_at) > row.due_on:
        return _("担当者が、申請の内容を確かめます。")
    return _("担当者が、%(day)sごろまでに確かめます。") % {"day": format_day(row.due_on)}


def entered_words(channel: str) -> str:
    """Say that somebody of the staff entered it for the household, and the way in which it came."""
    return {
        "phone": _("電話で受け付け（係員が代わりに入力）"),
        "fax": _("FAXで受け付け（係員が代わりに入力）"),
        "post": _("郵便で受け付け（係員が代わりに入力）"),
        "counter": _("窓口で受け付け（係員が代わりに入力）"),
    }.get(channel, _("係員が代わりに入力"))
