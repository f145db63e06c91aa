"""The status of a request in words for its resident, and counts that several kinds word."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import Labeled, _
from portal.domain.foundation.vault import Vault
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.states import LIVE
from portal.domain.requests.requests.kinds import Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import reply_of
from portal.domain.requests.requests.states import RequestState
from portal.domain.requests.requests.steps import Step


def state_words(row: Request) -> str:
    """Return the status in words; of a closed request, how it ended."""
    match row.state:
        case RequestState.WAITING:
            return _("担当者が確かめています")
        case RequestState.IN_PROGRESS:
            return _("手続きを進めています")
        case RequestState.WITH_RESIDENT:
            return _("あなたの返事を待っています")
        case _closed:
            return _result_words(row.result or "")


def _result_words(result: str) -> str:
    words: dict[str, str] = {
        Result.ACCEPTED: _("手続きが終わりました"),
        Result.REFUSED: _("お受けできませんでした"),
        Result.WITHDRAWN: _("取り下げました"),
        Result.FULFILLED: _("送る手続きが終わりました"),
        Result.DELIVERED: _("お届けしました"),
        Result.RESTOCKED: _("お届けできませんでした"),
        Result.PARTLY: _("一部の手続きが終わりました"),
    }
    return words.get(result, _("手続きが終わりました"))


def next_words(steps: Sequence[Step]) -> str:
    """Return what comes next; "" where nothing does."""
    return next((step.words for step in steps if step.at is None), "")


def check_words(row: Request) -> str:
    """Return that the staff will review it, with the day until when.

    Without the day where the request changed after it.
    """
    if jst_date(row.changed_at) > row.due_on:
        return _("担当者が、申請の内容を確かめます。")
    return _("担当者が、%(day)sごろまでに確かめます。") % {"day": format_day(row.due_on)}


def entered_words(channel: str) -> str:
    """Return that staff entered it for the household, with the channel by which it came."""
    match channel:
        case Channel.PHONE:
            return _("電話で受け付け（係員が代わりに入力）")
        case Channel.FAX:
            return _("FAXで受け付け（係員が代わりに入力）")
        case Channel.POST:
            return _("郵便で受け付け（係員が代わりに入力）")
        case Channel.COUNTER:
            return _("窓口で受け付け（係員が代わりに入力）")
        case _other:
            return _("係員が代わりに入力")


def reply_words(vault: Vault, row: Request, reasons: type[Labeled]) -> tuple[str, ...]:
    """Return what a resident reads about a return or a refusal: standard reason, reviewer's words.

    Nothing where there is no reply. A reason that is unknown by now reads as ``other``.
    """
    if row.reply is None:
        return ()
    reason = reasons.known(row.reply) or reasons("other")
    return tuple(line for line in (reason.label, reply_of(vault, row)) if line)


class LiveCodes(Struct, frozen=True):
    """How many live codes of some children were shown to their household, and how many not."""

    unseen: int
    shown: int


def live_codes(session: Session, entitlement_ids: Sequence[int]) -> LiveCodes:
    """Count the live codes of children, by whether they were shown."""
    shown = session.scalars(
        select(Coupon.revealed_at.is_not(None)).where(
            Coupon.entitlement_id.in_(entitlement_ids), Coupon.state.in_(LIVE)
        )
    ).all()
    return LiveCodes(len(shown) - sum(shown), sum(shown))
