"""Load the ward's letter texts in six languages; an incomplete file is refused."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.day_text import day_in_all_languages
from portal.domain.foundation.program.deadlines import WindowKind
from portal.domain.foundation.program.hours_text import closed_days, hours_text
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.toml.files import ProgramFileError, read_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _, _s, use_locale
from portal.domain.people.shops.address import PAGE as SHOPS

DATED = (
    WindowKind.EXCHANGE,
    WindowKind.USE,
    WindowKind.DECLINE,
    WindowKind.ALTERNATIVE,
    WindowKind.REDELIVERY,
    WindowKind.NEW_LETTER,
    WindowKind.SIGN_IN,
    WindowKind.CALL_CENTER,
)
"""Windows whose last day the letter texts may quote, as ``exchange_to`` and so on."""
HOUSEHOLD_VALUES = frozenset({"children", "total"})
PROGRAM_VALUES = frozenset(
    {
        "ward",
        "mayor",
        "program",
        "office",
        "contractor",
        "amount",
        "url",
        "shops",
        "telephone",
        "fax",
        "hours",
        "closed",
        "telephone_to",
        "postal_rule",
        "storage_days",
        "address",
        "base_date",
        "birth_from",
        "birth_to",
        "delivery_from",
        "exchange_to",
        "use_to",
        "decline_to",
        "alternative_to",
        "redelivery_to",
        "new_letter_to",
        "sign_in_to",
        "call_center_to",
    }
)

# What a letter must say (specification 7(5), our reading of it), and the values that must come from
# the settings, because a date or number typed by hand would be wrong one day.
REQUIRED: dict[str, frozenset[str]] = {
    "title": frozenset(),
    "opening": frozenset({"amount"}),
    "amount": HOUSEHOLD_VALUES,
    "language_line": frozenset(),
    "step_1": frozenset(),
    "step_2": frozenset(),
    "step_3": frozenset(),
    "exchange_deadline": frozenset({"exchange_to"}),
    "use_deadline": frozenset({"use_to"}),
    "where_usable": frozenset({"shops"}),
    "no_smartphone": frozenset({"alternative_to"}),
    "not_delivered": frozenset({"storage_days"}),
    "not_yours": frozenset(),
    "address_change": frozenset(),
    "decline": frozenset(),
    "rules": frozenset(),
    "never_asked": frozenset(),
    "personal_data": frozenset(),
    "call_center": frozenset({"telephone", "fax", "hours", "closed"}),
    "languages": frozenset(),
}
ADVANCE_REQUIRED: dict[str, frozenset[str]] = {
    "title": frozenset(),
    "opening": frozenset({"amount"}),
    "who": frozenset({"base_date", "birth_from", "birth_to"}),
    "when_sent": frozenset({"delivery_from"}),
    "no_procedure": frozenset(),
    "how_to_decline": frozenset({"decline_to", "postal_rule"}),
    "no_reply": frozenset(),
    "withdrawal": frozenset(),
    "never_asked": frozenset(),
    "call_center": frozenset({"telephone", "fax", "hours", "closed"}),
}
"""Texts that the advance notice must have (specification 8(2), ``domain.md`` §4.2)."""

PER_HOUSEHOLD = frozenset({"amount", "language_line"})
WITHOUT_HEADING = frozenset({"title", "opening", "language_line", "step_1", "step_2", "step_3"})


class LetterTexts(Struct, frozen=True):
    """All blocks of the ward's letter as written, with their ``%(name)s`` not yet filled in."""

    blocks: Mapping[str, LocalText]

    def filled(self, values: Mapping[str, LocalText]) -> "LetterTexts":
        """Return the texts with the program's values; blocks about a household stay as they are."""
        return LetterTexts(
            {
                name: block if name in PER_HOUSEHOLD else block.filled(values)
                for name, block in self.blocks.items()
            }
        )


def load_texts(path: Path, required: Mapping[str, frozenset[str]] = REQUIRED) -> LetterTexts:
    """Return the ward's letter texts with all blocks of ``required``.

    Raises:
        ProgramFileError: naming every block, language or value that is missing, empty or unknown.
    """
    problems: list[str] = []
    root = Section(read_toml(path), where="", problems=problems)
    blocks: dict[str, LocalText] = {}
    for name, needed in required.items():
        allowed = PROGRAM_VALUES | HOUSEHOLD_VALUES if name in PER_HOUSEHOLD else PROGRAM_VALUES
        section = root.table(name)
        blocks[name] = section.all_languages(allowed)
        for locale in RESIDENT_LOCALES:
            _check(section, name, locale, blocks[name].in_language(locale), needed)
    root.finish()
    if problems:
        raise ProgramFileError(path, problems)
    return LetterTexts(blocks)


def _check(section: Section, name: str, locale: str, text: str, needed: frozenset[str]) -> None:
    if not text:
        return
    for value in sorted(needed):
        if f"%({value})s" not in text:
            section.problem(
                locale,
                _s("%%(%(name)s)s がありません。日付や番号は手で書かず、差し込みにしてください。")
                % {"name": value},
            )
    if name not in WITHOUT_HEADING and "\n" not in text:
        section.problem(locale, _s("1行目に見出し、2行目から本文を書いてください。"))


def program_values(program: Program, plain_url: str, day: date) -> dict[str, LocalText]:
    """Return the program's values for the texts, in each language.

    ``plain_url`` is the site's address as people type it; hours are those in force on ``day``.
    """
    windows = program.windows
    last = program.calendar.last_staffed_day()
    return {
        "ward": program.names.ward,
        "mayor": program.names.mayor,
        "program": program.names.program,
        "office": program.names.office,
        "contractor": program.names.contractor,
        "amount": same(f"{program.amount_yen:,}"),
        "url": same(plain_url),
        "shops": same(f"{plain_url}{SHOPS}"),
        "telephone": same(program.contact.telephone),
        "fax": same(program.contact.fax),
        "hours": _in_each(lambda: hours_text(program.calendar, day)),
        "closed": _in_each(lambda: closed_days(program.calendar, day)),
        "telephone_to": day_in_all_languages(last or windows.call_center.last_day),
        "storage_days": same(str(program.storage_days)),
        "address": same(" ".join(program.contact.address.printed_lines)),
        "base_date": day_in_all_languages(program.base_date),
        "birth_from": day_in_all_languages(program.birth_from),
        "birth_to": day_in_all_languages(program.birth_to),
        "delivery_from": day_in_all_languages(windows.delivery.first_day),
        "postal_rule": _postal_rule(program),
        **{f"{kind}_to": day_in_all_languages(windows.of(kind).last_day) for kind in DATED},
    }


def _postal_rule(program: Program) -> LocalText:
    by_postmark = program.requests.by_postmark
    found = {}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            found[locale] = _("その日の消印まで") if by_postmark else _("その日に着くように")
    return LocalText.from_mapping(found)


def _in_each(say: Callable[[], str]) -> LocalText:
    """Return what is said in each language, in the words that screens have for it."""
    found = {}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            found[locale] = say()
    return LocalText.from_mapping(found)


def same(text: str) -> LocalText:
    """Return a text that is the same in every language, such as a telephone number."""
    return LocalText.from_mapping(dict.fromkeys(RESIDENT_LOCALES, text))
