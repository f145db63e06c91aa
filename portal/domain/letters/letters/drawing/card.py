"""Draw the card for households without a channel: one page in a window envelope.

It contains no secret, no child's name and no amount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _, _s, use_locale
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.typesetting import TypstData, compile_pdf, page_count
from portal.domain.letters.letters.drawing.window import layout_data, pieces, window_data
from portal.domain.people.notices.messages import progress_texts

TEMPLATE = "notice_card.typ"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a request in one language: its subject, status, reason and next step."""

    kind: str
    state: str
    why: tuple[str, ...] = field(default=(), repr=False)
    coming: str = ""


@dataclass(frozen=True, slots=True)
class CardContent:
    """One card; of ``letter`` only number, address and name are used.

    ``receipt_no`` is what the household may quote on the telephone; ``decision`` is the text of a
    decision letter, by language.
    """

    letter: LetterContent
    event: str
    receipt_no: str | None = None
    due: date | None = None
    decision: Mapping[str, Decision] = field(default_factory=dict, hash=False)


def render_cards(cards: Sequence[CardContent], frame: LetterFrame) -> bytes:
    """Return one PDF (tagged, PDF/UA-1) with a page for each card, in the given order.

    Each is in Japanese with the other languages below, because the household's language is unknown.
    One in large print has two pages, both sides of one sheet; all cards are of one size.

    Raises:
        InputError: an address that no size fits, or texts that need more than their page.
        ValueError: there are no cards.
    """
    if not cards:
        raise ValueError("a print has at least one card")
    pdf = compile_pdf(
        TEMPLATE,
        {"frame": _frame_data(frame), "cards": [_card_data(card, frame) for card in cards]},
        timestamp=frame.timestamp,
        fonts=frame.fonts,
    )
    if page_count(pdf) != len(cards) * (2 if cards[0].letter.large else 1):
        raise InputError(_s("カードの文が長すぎて、1枚に収まりません。"), code="letter_too_long")
    return pdf


def _frame_data(frame: LetterFrame) -> TypstData:
    return {
        "title": _("申請についてのお知らせ"),
        "ward": frame.ward,
        "mayor": frame.mayor,
        "date": frame.notice_date,
        "day": frame.day,
        "sender": frame.return_address,
        "layout": layout_data(frame.layout),
    }


def _card_data(card: CardContent, frame: LetterFrame) -> TypstData:
    return {
        **window_data(card.letter, frame),
        "receipt": card.receipt_no,
        "large": card.letter.large,
        "texts": [{"locale": locale, **_texts(card, frame, locale)} for locale in frame.languages],
    }


def _texts(card: CardContent, frame: LetterFrame, locale: str) -> TypstData:
    with use_locale(locale):
        title, what = progress_texts(card.event, card.due)
        where = _("くわしくは、サインインして、ごらんください。%(url)s") % {"url": frame.plain_url}
        values = {
            name: str(frame.values[name].in_language(locale))
            for name in ("telephone", "fax", "hours", "closed")
        }
        values["hours"] = f"{values['hours']}　{_('休み')}: {values['closed']}"
        call = (
            _(
                "サインインできないときは、電話でおたずねください。電話%(telephone)s、"
                "FAX %(fax)s（%(hours)s）"
            )
            % values
        )
        receipt = _("受付番号 %(number)s") % {"number": card.receipt_no} if card.receipt_no else ""
        more: list[str] = []
        if (decision := card.decision.get(locale)) is not None:
            what = _("%(kind)sの申請: %(state)s。") % {
                "kind": decision.kind,
                "state": decision.state,
            }
            more = [*decision.why]
            if decision.coming:
                more.append(_("このあと: %(words)s") % {"words": decision.coming})
        never = _("職員が、パスワードや番号を聞くことはありません。")
    return {
        "title": pieces(title),
        "what": pieces(what),
        "where": pieces(where),
        "call": pieces(call),
        "receipt": pieces(receipt),
        "more": [pieces(line) for line in more],
        "never": pieces(never),
    }
