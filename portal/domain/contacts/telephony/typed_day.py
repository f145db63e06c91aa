"""A day's counts typed by hand by language, for telephone systems that give no file."""

from collections.abc import Mapping
from datetime import date

from portal.domain.contacts.telephony.day_comparison import Stored
from portal.domain.contacts.telephony.importer import Delivery, store
from portal.domain.contacts.telephony.kinds import Reason, Source, TypedNumber
from portal.domain.contacts.telephony.kpi import OPTIONAL, Counts
from portal.domain.contacts.telephony.layouts import LANGUAGES
from portal.domain.contacts.telephony.models import WHOLE_DAY
from portal.domain.contacts.telephony.row_reader import MOST_CALLS, MOST_SECONDS, CountRow
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import digits, whole_date
from portal.domain.foundation.work import Work

SECONDS = (TypedNumber.TALK, TypedNumber.AFTER_CALL)


class TypedDayError(InputError):
    """Fields of a typed day are invalid.

    ``faults`` has a sentence for each, by its name (``offered_ja``, ``day``).
    """

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(next(iter(faults.values())))
        self.faults = faults


def field_name(number: TypedNumber, language: str) -> str:
    """Return the name of a field of the form."""
    return f"{number}_{language}"


def store_typed(work: Work, typed: Mapping[str, str], *, reason: Reason | None = None) -> Stored:
    """Store a typed day from ``day`` and a field per number and language; empty is 0 calls.

    Raises:
        TypedDayError: fields are invalid; nothing is stored.
        CountsDifferError: the day has other numbers and there is no reason.
        ConflictError: somebody stored the same day at this moment.
    """
    faults: dict[str, str] = {}
    day = _day(work, typed.get("day", ""), faults)
    rows = [
        CountRow(day, WHOLE_DAY, language, "", counts)
        for language in LANGUAGES
        if (counts := _counts(typed, language, faults)) is not None
    ]
    if not faults and not any(
        typed.get(field_name(TypedNumber.OFFERED, language), "").strip() for language in LANGUAGES
    ):
        faults["offered_ja"] = _s(
            "着信の数を入力してください。電話がなかった日は、0 と入力してください。"
        )
    if faults:
        raise TypedDayError(faults)
    return store(work, rows, Delivery(Source.TYPED, reason))


def _day(work: Work, text: str, faults: dict[str, str]) -> date:
    contract = work.program.contract
    day = whole_date(text)
    if not isinstance(day, date):
        faults["day"] = _s("日付を、2023-07-03 のように入力してください。")
        return date.min
    if day > jst_date(work.now):
        faults["day"] = _s("まだ来ていない日の数字は、入力できません。")
    elif not contract.first_day <= day <= contract.last_day:
        faults["day"] = _s("契約の期間の日を入力してください。")
    return day


def _counts(typed: Mapping[str, str], language: str, faults: dict[str, str]) -> Counts | None:
    found: dict[str, int | None] = dict.fromkeys(OPTIONAL)
    before = len(faults)
    for number in TypedNumber:
        name = field_name(number, language)
        text = typed.get(name, "").strip()
        most = MOST_SECONDS if number in SECONDS else MOST_CALLS
        value = digits(text) if text else None
        if text and (
            value is None
            or len(value) > 9
            or int(value) > most
            or text.startswith(("-", "−", "－"))
        ):
            faults[name] = _s("0以上の数字で入力してください。")
        elif number in OPTIONAL:
            found[number.value] = int(value) if value else None
        else:
            found[number.value] = int(value or 0)
    if len(faults) > before:
        return None
    counts = Counts(**found).settled()  # type: ignore[arg-type]  # offered, answered, abandoned are always there
    _adds_up(counts, language, faults)
    return counts


def _adds_up(counts: Counts, language: str, faults: dict[str, str]) -> None:
    if counts.answered + counts.abandoned > counts.offered:
        faults[field_name(TypedNumber.ANSWERED, language)] = _s(
            "応答と放棄の合計が、着信より多くなっています。"
        )
    if (counts.within or 0) > counts.answered:
        faults[field_name(TypedNumber.WITHIN, language)] = _s(
            "時間内の応答が、応答より多くなっています。"
        )
