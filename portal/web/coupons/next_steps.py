"""What a household should do next, the most urgent first: home begins with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from msgspec import Struct

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.foundation.texts import _, _n
from portal.domain.requests.requests.kinds import kind_name
from portal.domain.requests.requests.models import Request
from portal.web.coupons.tickets import Ticket


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do.

    Attributes:
        href: Where it is done.
        words: What to do, in the reader's language.
        note: Why, or until when, as a sentence.
        last_day: Until when (JST); None for what should be done at once.
    """

    href: str
    words: str
    note: str
    last_day: date | None = None


class Asked(Struct, frozen=True):
    """What waits for the household's answer: a change of its account, and its requests."""

    change: bool
    requests: Sequence[Request]


def next_steps(
    asked: Asked, tickets: Sequence[Ticket], announced: Sequence[Window]
) -> list[NextStep]:
    """Return what to do, by date: answers at once, then coupons and windows that close."""
    dated = [*_coupons(tickets), *(step for window in announced for step in _closing(window))]
    dated.sort(key=lambda step: step.last_day or date.max)
    return [*_answers(asked), *dated]


def _answers(asked: Asked) -> list[NextStep]:
    change = NextStep(
        "/account/changes",
        _("変更を見る、取り消す"),
        _(
            "サインインの方法の変更が、24時間の待ち時間に入っています。身に覚えがないときは、取り消してください。"
        ),
    )
    waiting = [
        NextStep(
            f"/requests/{row.receipt_no}",
            f"{kind_name(row.kind)} {row.receipt_no}",
            _("この申請は、あなたの返事を待っています。"),
        )
        for row in asked.requests
    ]
    return [*([change] if asked.change else []), *waiting]


def _coupons(tickets: Sequence[Ticket]) -> list[NextStep]:
    """Return one step for the coupons that nobody has seen yet, and one for those to use.

    A last day that both have is said once.
    """
    usable = [one for one in tickets if one.can_show]
    new = [one for one in usable if not one.shown_before]
    shown = [one for one in usable if one.shown_before]
    found = []
    if new:
        words = _n(
            "クーポンを表示する（%(num)s人分）", "クーポンを表示する（%(num)s人分）", len(new)
        )
        found.append(_of_coupons(new, f"#child-{new[0].ordinal}", words))
    if shown:
        words = _n("クーポンを使う（%(num)s人分）", "クーポンを使う（%(num)s人分）", len(shown))
        step = _of_coupons(shown, f"/coupon/{shown[0].ordinal}", words)
        said = any(one.note == step.note for one in found)
        found.append(replace(step, note="") if said else step)
    return found


def _of_coupons(tickets: Sequence[Ticket], href: str, words: str) -> NextStep:
    last_day = min((one.last_day for one in tickets if one.last_day), default=None)
    note = (
        _("交換できるのは、%(day)sまでです。") % {"day": format_day(last_day)} if last_day else ""
    )
    return NextStep(href, words % {"num": len(tickets)}, note, last_day)


def _closing(window: Window) -> list[NextStep]:
    """Return what can only be asked for until a window closes; the coupons have a step already."""
    known = {
        WindowKind.ALTERNATIVE: (
            "/alternative",
            _("電子クーポンを使えない（紙の代替品）"),
            _("紙の代替品を申し込めるのは、%(day)sまでです。"),
        ),
        WindowKind.DECLINE: (
            "/decline",
            _("クーポンを受け取らない（辞退する）"),
            _("辞退できるのは、%(day)sまでです。"),
        ),
        WindowKind.NEW_LETTER: (
            "/account/letter",
            _("新しい手紙を頼む"),
            _("新しい手紙を頼めるのは、%(day)sまでです。"),
        ),
    }
    if window.kind not in known:
        return []
    href, words, note = known[window.kind]
    return [NextStep(href, words, note % {"day": format_day(window.last_day)}, window.last_day)]
