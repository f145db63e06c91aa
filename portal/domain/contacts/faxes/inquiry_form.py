"""The FAX問合せ票 for residents: a blank form, in Japanese and the reader's language."""

import json
from datetime import datetime
from functools import lru_cache

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale, use_locale
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.letters.drawing.window import pieces


def inquiry_form_pdf(program: Program, now: datetime, *, large: bool = False) -> bytes:
    """Return the form in the current language, drawn once per day and language.

    It is one page; with ``large`` nothing on it is smaller than 18 points, on as many pages as it
    takes. Nothing personal is on it.
    """
    reader, day = current_locale(), jst_date(now)
    with use_locale(SOURCE_LOCALE):
        labels = {name: [pieces(text)] for name, text in _labels().items()}
        reception = reception_text(program.calendar, day)
    if reader != SOURCE_LOCALE:
        for name, text in _labels().items():
            labels[name].append(pieces(text))
    data = {
        "labels": labels,
        "locale": reader,
        "large": large,
        "day": [day.year, day.month, day.day],
        "reception": reception,
        "ward": program.names.ward.in_language(SOURCE_LOCALE),
        "office": program.names.office.in_language(SOURCE_LOCALE),
        "program": program.names.program.in_language(SOURCE_LOCALE),
        "telephone": program.contact.telephone,
        "fax": program.contact.fax,
    }
    return _draw(json.dumps(data, ensure_ascii=False))


@lru_cache(maxsize=24)
def _draw(data: str) -> bytes:
    return compile_pdf("fax_inquiry.typ", json.loads(data), timestamp=0)


def _labels() -> dict[str, str]:
    return {
        "title": _("FAX問合せ票"),
        "send": _("このFAX番号に送ってください"),
        "language": _("返信のことば"),
        "reply_by": _("返信の方法"),
        "by_fax": _("FAX"),
        "by_letter": _("手紙（登録された住所）"),
        "by_telephone": _("電話"),
        "number": _("返信を受けるFAX番号か電話番号"),
        "about": _("何についてですか"),
        "not_arrived": _("手紙や荷物が届かない"),
        "password": _("IDやパスワードがわからない"),
        "lost": _("手紙やスマートフォンをなくした"),
        "use": _("クーポンの使い方"),
        "paper": _("紙の代替品"),
        "decline": _("辞退届がほしい"),
        "other": _("そのほか"),
        "large": _("これからの手紙と書類を、大きな文字（18ポイント）で希望します。"),
        "who": _("世帯のことを聞くときや、頼むときは、ここも書いてください"),
        "letter": _("手紙の番号かID（わかるとき）"),
        "name": _("世帯主の氏名"),
        "birth": _("世帯主の生年月日"),
        "child": _("こどもの生年月日（1人）"),
        "postal": _("郵便番号"),
        "words": _("聞きたいこと、頼みたいこと"),
        "never": _("パスワード、確認の番号、クーポンのコードは、書かないでください。"),
        "check": _("送る前に、FAX番号をもう一度確かめてください。"),
        "when": _("答えは、次の受付日までに送ります。"),
    }
