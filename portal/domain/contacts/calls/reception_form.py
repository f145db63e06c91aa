"""The 停止時受付票, a page that staff fill in while the system or power is down (clause 6(6)②)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from portal.domain.contacts.calls.categories import CATEGORIES, Category
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import SOURCE_LOCALE, STAFF_LOCALES
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, current_locale
from portal.domain.letters.letters.drawing.typesetting import compile_pdf


def reception_form_pdf(
    program: Program, choices: Mapping[str, Sequence[str]], now: datetime
) -> bytes:
    """Return the blank form in the staff's language; nothing personal is on it.

    ``choices`` has the labels of the boxes: ``channel``, ``direction``, ``language``, ``relation``,
    ``result``.
    """
    locale = current_locale() if current_locale() in STAFF_LOCALES else SOURCE_LOCALE
    day = jst_date(now)
    data = {
        "labels": _labels(),
        "locale": locale,
        "choices": {name: list(texts) for name, texts in choices.items()},
        "categories": [
            [Category(code).label, [one.label for one in subs]] for code, subs in CATEGORIES.items()
        ],
        "ward": program.names.ward.in_language(locale),
        "program": program.names.program.in_language(locale),
        "day": [day.year, day.month, day.day],
    }
    return _draw(json.dumps(data, ensure_ascii=False))


@lru_cache(maxsize=4)
def _draw(data: str) -> bytes:
    return compile_pdf("reception_form.typ", json.loads(data), timestamp=0)


def _labels() -> dict[str, str]:
    return {
        "title": _s("停止時受付票"),
        "rule": _s(
            "システムが止まっている間は、相手を確認できません。世帯のことは何も伝えず、"
            "折り返す電話番号を聞いてください。パスワード、確認の番号、クーポンのコード、"
            "個人番号、カードの番号は書かないでください。"
        ),
        "day": _s("受けた日"),
        "start": _s("始まり（時刻）"),
        "end": _s("終わり（時刻）"),
        "agent": _s("受けた人"),
        "channel": _s("方法"),
        "direction": _s("向き"),
        "language": _s("言語"),
        "line": _s("回線"),
        "relation": _s("相手（言われたとおり）"),
        "category": _s("何についてか"),
        "result": _s("どうなったか"),
        "call_back": _s("折り返す電話番号"),
        "tracking": _s("お問い合わせ番号"),
        "letter": _s("手紙番号かID（言われたとき）"),
        "interpreter": _s("通訳"),
        "three_way": _s("三者通話"),
        "minutes": _s("分"),
        "relay": _s("電話リレーサービス"),
        "complaint": _s("苦情"),
        "shared": _s("区と共有する"),
        "text": _s("内容"),
        "entered": _s("システムに入力した日時"),
        "entered_by": _s("入力した人"),
        "receipt": _s("受付番号"),
        "after": _s(
            "システムが戻ったら、その日のうちに「受付」の「紙の受付票を入力する」から、"
            "書いたとおりの時刻で入力します。入力した紙は、鍵のかかる場所に保管します。"
        ),
    }
