"""Values that scripts quote from the program: days, hours, numbers, as in the ward's own texts."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from portal.domain.contacts.scripts.coupon_words import (
    how_it_is_used,
    where_shops_stand,
    who_may_see_it,
)
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.day_text import day_in_all_languages
from portal.domain.foundation.program.hours_text import closed_days, hours_text
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.reading.texts import fill_values
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s, use_locale


class QuotedName(Labeled):
    """The names that scripts may quote as ``%(name)s``, explained to their editors."""

    WARD = "ward", lambda: _s("区の名前")
    PROGRAM = "program", lambda: _s("事業の名前")
    CONTRACTOR = "contractor", lambda: _s("受託者の名前")
    OFFICE = "office", lambda: _s("コールセンターの名前")
    TELEPHONE = "telephone", lambda: _s("電話番号")
    FAX = "fax", lambda: _s("FAX番号")
    HOURS = "hours", lambda: _s("受付時間")
    CLOSED = "closed", lambda: _s("休みの日")
    AMOUNT = "amount", lambda: _s("1人分の額（円）")
    BASE_DATE = "base_date", lambda: _s("基準日")
    BIRTH_FROM = "birth_from", lambda: _s("対象の生年月日のはじめ")
    BIRTH_TO = "birth_to", lambda: _s("対象の生年月日のおわり")
    SIGN_IN_TO = "sign_in_to", lambda: _s("サインインの最終日")
    REDELIVERY_TO = "redelivery_to", lambda: _s("再配送の受付の最終日")
    NEW_LETTER_TO = "new_letter_to", lambda: _s("新しい手紙の受付の最終日")
    ALTERNATIVE_TO = "alternative_to", lambda: _s("紙の代替品の受付の最終日")
    DECLINE_TO = "decline_to", lambda: _s("辞退の最終日")
    EXCHANGE_TO = "exchange_to", lambda: _s("交換の最終日")
    USE_TO = "use_to", lambda: _s("利用の最終日")
    LAST_STAFFED_DAY = "last_staffed_day", lambda: _s("電話を受ける最終日")
    COUPON_USE = "coupon_use", lambda: _s("クーポンの使い方（発行事業者による）")
    COUPON_CARE = "coupon_care", lambda: _s("クーポンの画面を見せてよい人（発行事業者による）")
    SHOPS = "shops", lambda: _s("使える店の一覧の住所")
    STORAGE_DAYS = "storage_days", lambda: _s("郵便局が預かる日数")
    REDELIVERIES = "redeliveries", lambda: _s("再配送の回数")


NAMES: tuple[str, ...] = tuple(QuotedName)
"""Every name that a script may quote."""


@lru_cache(maxsize=4)
def values_of(program: Program, day: date) -> Mapping[str, LocalText]:
    """Return the value of each of ``NAMES``; hours are those in force on ``day`` (JST).

    ``storage_days`` and ``redeliveries`` are plain numbers without a unit.
    """
    windows, calendar = program.windows, program.calendar
    known = fill_values(program.names, program.contact, program.eligibility, windows)
    last_days: dict[str, date] = {
        "redelivery_to": windows.redelivery.last_day,
        "new_letter_to": windows.new_letter.last_day,
        "alternative_to": windows.alternative.last_day,
        "last_staffed_day": calendar.last_staffed_day() or calendar.last_day,
    }
    spoken: dict[str, dict[str, str]] = {}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            for name, text in (
                ("hours", hours_text(calendar, day)),
                ("closed", closed_days(calendar, day)),
                ("coupon_use", how_it_is_used(program)),
                ("coupon_care", who_may_see_it(program)),
                ("shops", where_shops_stand(program)),
            ):
                spoken.setdefault(name, {})[locale] = text
    numbers = {
        "storage_days": _storage_days(program),
        "redeliveries": program.requests.redeliveries,
    }
    found = dict(known) | {name: day_in_all_languages(last) for name, last in last_days.items()}
    found |= {name: LocalText.from_mapping(texts) for name, texts in spoken.items()}
    found |= {
        name: LocalText.from_mapping(dict.fromkeys(RESIDENT_LOCALES, str(n)))
        for name, n in numbers.items()
    }
    return {name: found[name] for name in NAMES}


def _storage_days(program: Program) -> int:
    return max((rule.storage_days for rule in program.request_rules), default=7)
