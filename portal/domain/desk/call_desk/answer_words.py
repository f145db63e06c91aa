"""Answers as sentences to speak, in Japanese and in the caller's language."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from portal.domain.desk.call_desk.answers import CouponFacts, Facts
from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import clock_text, instant_text
from portal.domain.foundation.sentences import together
from portal.domain.foundation.texts import Labeled, _, _n, _s, use_locale
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.letters.shipments.words import reason_words, where
from portal.domain.people.credentials.states import CredentialState
from portal.domain.requests.redeliveries.letter_status import Bar, LetterStatus
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.words import said_text
from portal.domain.requests.requests.kinds import kind_name
from portal.domain.requests.requests.words import state_words


class Question(Labeled):
    """The questions of callers."""

    LETTER = "letter", lambda: _s("手紙はどこか")
    PARCEL = "parcel", lambda: _s("紙の代替品はどこか")
    REDELIVERY = "redelivery", lambda: _s("再配送")
    REQUESTS = "requests", lambda: _s("申請")
    SIGN_IN = "sign_in", lambda: _s("サインイン")
    LOCKED = "locked", lambda: _s("止まっているか")
    COUPON = "coupon", lambda: _s("クーポン")
    LAST_DAY = "last_day", lambda: _s("いつまでか")


class Answer(Struct, frozen=True):
    """One sentence to speak, in Japanese and in the caller's language if it is another one."""

    question: str
    japanese: str
    spoken: str


def answers(facts: Facts, locale: str, now: datetime) -> list[Answer]:
    """Return the answers in the order in which callers ask, in Japanese and in ``locale``."""
    return in_both_languages(lambda: _sentences(facts, now), locale)


def in_both_languages(
    sentences: Callable[[], Sequence[tuple[str, str]]], locale: str
) -> list[Answer]:
    """Return sentences, each with its question, in Japanese and in ``locale``."""
    with use_locale(SOURCE_LOCALE):
        japanese = sentences()
    if locale == SOURCE_LOCALE:
        return [Answer(question, text, "") for question, text in japanese]
    with use_locale(locale):
        spoken = sentences()
    return [
        Answer(question, text, other)
        for (question, text), (_question, other) in zip(japanese, spoken, strict=True)
    ]


def _sentences(facts: Facts, now: datetime) -> list[tuple[Question, str]]:
    letter = next((item for item in facts.items if item.item == MissingItem.LETTER), None)
    found = [(Question.LETTER, _letter(letter, ordered=facts.new_letter_ordered))]
    found += [
        (Question.PARCEL, _parcel(item)) for item in facts.items if item.item != MissingItem.LETTER
    ]
    found += [
        (Question.REDELIVERY, _redelivery(letter, facts)),
        (Question.REQUESTS, _requests(facts)),
        (Question.SIGN_IN, _sign_in(facts)),
        (Question.LOCKED, _locked(facts, now)),
        (Question.COUPON, _coupon(facts.coupons)),
        (Question.LAST_DAY, _last_day(facts)),
    ]
    return found


def _letter(item: LetterStatus | None, *, ordered: bool) -> str:
    if item is None or item.letter is None:
        return _("手紙は、まだ用意していません。")
    if item.sent_on is None:
        return _("手紙を用意しました。まもなく送ります。")
    parts = [_("手紙は、%(day)sに送りました。") % {"day": format_day(item.sent_on)}, _place(item)]
    if ordered:
        parts.append(_("新しい手紙を、次の印刷で作ります。"))
    return together(parts)


def _parcel(item: LetterStatus) -> str:
    if item.sent_on is None:
        return _("紙の代替品を送る準備をしています。")
    sent = _("紙の代替品は、%(day)sに送りました。") % {"day": format_day(item.sent_on)}
    return together([sent, _place(item)])


def _place(item: LetterStatus) -> str:
    """Return where an item is, as the post reported it; without a report 未確認, never a guess."""
    state = item.shipment.state if item.shipment is not None else ShipmentState.POSTED
    match state:
        case ShipmentState.POSTED | ShipmentState.PLANNED:
            return _("いまどこにあるかは、未確認です。")
        case ShipmentState.AT_POST_OFFICE:
            return said_text(item) if item.bar is Bar.AT_POST_OFFICE else where(item.shipment)
        case ShipmentState.RETURNED | ShipmentState.RETURNING:
            reason = item.shipment.returned_reason if item.shipment is not None else None
            return together([where(item.shipment), reason_words(reason)])
        case _other:
            return where(item.shipment)


def _redelivery(item: LetterStatus | None, facts: Facts) -> str:
    if facts.redelivery_over:
        return _("再配送の受付は、%(day)sに終わりました。") % {
            "day": format_day(facts.redelivery_ends)
        }
    if item is None or item.bar is Bar.NOT_SENT:
        return _("まだ送っていないため、再配送はまだできません。")
    if item.bar in {Bar.LIMIT, Bar.ASKED}:
        return said_text(item)
    left = _n(
        "再配送は、あと%(num)d回できます。", "再配送は、あと%(num)d回できます。", item.left
    ) % {"num": item.left}
    until = _("受付は、%(day)sまでです。") % {"day": format_day(facts.redelivery_ends)}
    waits = said_text(item) if item.bar in {Bar.ON_THE_WAY, Bar.DELIVERED} else ""
    return together([left, until, waits])


def _requests(facts: Facts) -> str:
    if not facts.requests:
        return _("受け付けている申請は、ありません。")
    line = _("「%(kind)s」の申請：%(state)s。")
    return together(
        [line % {"kind": kind_name(row.kind), "state": state_words(row)} for row in facts.requests]
    )


def _sign_in(facts: Facts) -> str:
    credential = facts.credential
    if credential is None:
        return _("IDとパスワードの手紙を、まだ作っていません。")
    if credential.state in {CredentialState.CLOSED, CredentialState.SUPERSEDED}:
        return _("いま使えるIDは、ありません。")
    if credential.activated_at is None:
        return _("まだ一度も、サインインしていません。")
    day = format_day(jst_date(credential.activated_at))
    return _("%(day)sに、はじめてのサインインが終わっています。") % {"day": day}


def _locked(facts: Facts, now: datetime) -> str:
    locks = facts.locks
    parts = []
    if locks.suspended:
        parts.append(
            _("紛失の届け出か、手紙の返送のため、止まっています。新しい手紙が届くと、使えます。")
        )
    elif locks.closed:
        parts.append(_("何度も間違えたため、止まっています。新しい手紙が届くと、使えます。"))
    if locks.shut:
        parts.append(
            _(
                "なくした届け出があったため、はじめての端末ではサインインできません。"
                "確認ができれば、解除します。"
            )
        )
    if locks.birth_frozen:
        parts.append(_("生年月日を5回間違えたため、止まっています。確認ができれば、解除します。"))
    if locks.password_until is not None:
        parts.append(
            _("パスワードを続けて間違えたため、%(time)sまで使えません。")
            % {"time": _until(locks.password_until, now)}
        )
    if locks.code_until is not None:
        parts.append(
            _("確認の番号を続けて間違えたため、%(time)sまで使えません。")
            % {"time": _until(locks.code_until, now)}
        )
    return together(parts) or _("止まっていません。")


def _until(instant: datetime, now: datetime) -> str:
    if jst_date(instant) == jst_date(now):
        return clock_text(instant.astimezone(JST).time())
    return instant_text(instant)


def _coupon(coupons: CouponFacts) -> str:
    if coupons.checking:
        return _("クーポンのことを、いま確認しています。確認が終わったら、お知らせします。")
    if coupons.given == 0:
        return _("クーポンは、まだ用意していません。")
    values = {"given": coupons.given, "shown": coupons.shown, "exchanged": coupons.exchanged}
    if coupons.shown == 0:
        return (
            _n(
                "クーポン%(given)d人分のうち、表示したものは、まだありません。",
                "クーポン%(given)d人分のうち、表示したものは、まだありません。",
                coupons.given,
            )
            % values
        )
    shown = (
        _n(
            "クーポン%(given)d人分のうち、%(shown)d人分を表示しました。",
            "クーポン%(given)d人分のうち、%(shown)d人分を表示しました。",
            coupons.given,
        )
        % values
    )
    if coupons.exchanged == 0:
        return shown
    exchanged = (
        _n(
            "%(exchanged)d人分は、受け取りが終わっています。",
            "%(exchanged)d人分は、受け取りが終わっています。",
            coupons.exchanged,
        )
        % values
    )
    return together([shown, exchanged])


def _last_day(facts: Facts) -> str:
    day = format_day(facts.last_day)
    if facts.over:
        return _("クーポンを受け取れる期間は、%(day)sに終わりました。") % {"day": day}
    return _("クーポンを受け取れるのは、%(day)sまでです。") % {"day": day}
