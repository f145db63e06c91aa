"""Read the ward's own texts and names, and fill in the values that they quote."""

from collections.abc import Mapping
from pathlib import Path

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.day_text import day_in_all_languages
from portal.domain.foundation.program.deadlines import Windows
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import (
    Contact,
    Eligibility,
    HelpAnswer,
    Names,
    WardTexts,
)
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.program.toml.files import ProgramFileError, read_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

FILLABLE = frozenset(
    {
        "ward",
        "mayor",
        "program",
        "contractor",
        "office",
        "telephone",
        "fax",
        "amount",
        "base_date",
        "birth_from",
        "birth_to",
        "sign_in_to",
        "decline_to",
        "exchange_to",
        "use_to",
    }
)


def read_names(section: Section) -> Names:
    """Read ``[names]``: each name in six languages; SMS begin with ``sms``, or with the ward."""
    ward = section.local("ward")
    return Names(
        ward=ward,
        mayor=section.local("mayor"),
        program=section.local("program"),
        contractor=section.local("contractor"),
        office=section.local("office"),
        sms=section.local("sms") if section.has("sms") else ward,
    )


def read_alternatives(root: Section) -> tuple[AlternativeProduct, ...]:
    """Read ``[[alternatives]]``: the paper products, each with a short, unique ID."""
    found = [
        AlternativeProduct(
            table.text("id"),
            table.local("name"),
            table.whole("piece_yen", 10_000, low=1, high=1_000_000),
        )
        for table in root.tables("alternatives")
    ]
    _refuse_twins(root, "alternatives", [product.id for product in found])
    return tuple(found)


def read_texts(path: Path) -> WardTexts:
    """Read the texts file.

    Raises:
        ProgramFileError: naming every missing or unknown key.
    """
    problems: list[str] = []
    root = Section(read_toml(path), where="", problems=problems)
    answers = [
        HelpAnswer(
            table.text("id"), table.local("question", FILLABLE), table.local("answer", FILLABLE)
        )
        for table in root.tables("help")
    ]
    if not answers:
        root.problem("help", _s("よくある質問と答えを1つ以上書いてください。"))
    _refuse_twins(root, "help", [answer.id for answer in answers])
    texts = WardTexts(
        about=root.local("about", FILLABLE),
        where_usable=root.local("where_usable", FILLABLE),
        cannot_buy=root.local("cannot_buy", FILLABLE),
        never_asked=root.local("never_asked", FILLABLE),
        privacy_contact=root.local("privacy_contact", FILLABLE),
        help=tuple(answers),
    )
    root.finish()
    if problems:
        raise ProgramFileError(path, problems)
    return texts


def fill_values(
    names: Names, contact: Contact, eligibility: Eligibility, windows: Windows
) -> Mapping[str, LocalText]:
    """Return the values of ``%(name)s`` in the ward's texts."""
    return {
        "ward": names.ward,
        "mayor": names.mayor,
        "program": names.program,
        "contractor": names.contractor,
        "office": names.office,
        "telephone": _same(contact.telephone),
        "fax": _same(contact.fax),
        "amount": _same(f"{eligibility.amount_yen:,}"),
        "base_date": day_in_all_languages(eligibility.base_date),
        "birth_from": day_in_all_languages(eligibility.birth_from),
        "birth_to": day_in_all_languages(eligibility.birth_to),
        "sign_in_to": day_in_all_languages(windows.sign_in.last_day),
        "decline_to": day_in_all_languages(windows.decline.last_day),
        "exchange_to": day_in_all_languages(windows.exchange.last_day),
        "use_to": day_in_all_languages(windows.use.last_day),
    }


def fill_texts(texts: WardTexts, values: Mapping[str, LocalText]) -> WardTexts:
    """Return the texts with every quoted value filled in."""
    return WardTexts(
        about=texts.about.filled(values),
        where_usable=texts.where_usable.filled(values),
        cannot_buy=texts.cannot_buy.filled(values),
        never_asked=texts.never_asked.filled(values),
        privacy_contact=texts.privacy_contact.filled(values),
        help=tuple(
            HelpAnswer(item.id, item.question.filled(values), item.answer.filled(values))
            for item in texts.help
        ),
    )


def _same(text: str) -> LocalText:
    return LocalText.from_mapping(dict.fromkeys(RESIDENT_LOCALES, text))


def _refuse_twins(root: Section, key: str, ids: list[str]) -> None:
    for twin in sorted({name for name in ids if ids.count(name) > 1}):
        root.problem(
            key, _s("id「%(id)s」が2回使われています。別の id にしてください。") % {"id": twin}
        )
