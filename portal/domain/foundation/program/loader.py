"""Load a program from its TOML file, by the name of a shipped program or by path."""

import difflib
import re
from datetime import UTC, date, datetime
from pathlib import Path

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.eligibility import school_year_window
from portal.domain.foundation.program.reading.contact import read_channels, read_contact
from portal.domain.foundation.program.reading.dates import read_dates
from portal.domain.foundation.program.reading.texts import (
    fill_texts,
    fill_values,
    read_alternatives,
    read_names,
    read_texts,
)
from portal.domain.foundation.program.schema import (
    ALTERNATIVE_FORM,
    ENCLOSURES,
    AdvanceSettings,
    BirthWindowAcceptance,
    DeliveredMeans,
    Eligibility,
    Forwarding,
    LetterLayout,
    PasswordMode,
    Period,
    Program,
)
from portal.domain.foundation.program.settings.calls import read_call_settings
from portal.domain.foundation.program.settings.costs import read_cost_settings
from portal.domain.foundation.program.settings.escalations import read_escalation_settings
from portal.domain.foundation.program.settings.issuer import read_issuer_settings
from portal.domain.foundation.program.settings.outside import read_outside
from portal.domain.foundation.program.settings.postage import read_postage_settings
from portal.domain.foundation.program.settings.reply_mail import read_reply_mail
from portal.domain.foundation.program.settings.requests import read_request_settings
from portal.domain.foundation.program.settings.settlement import read_settlement_settings
from portal.domain.foundation.program.settings.staff_mail import read_staff_mail_settings
from portal.domain.foundation.program.settings.touch import read_touch
from portal.domain.foundation.program.settings.way_out import read_way_out
from portal.domain.foundation.program.settings.workplaces import read_workplaces
from portal.domain.foundation.program.toml.files import ProgramFileError, read_toml
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

PROGRAMS = Path(__file__).resolve().parents[3] / "programs"
FILE_NAME = "program.toml"


def shipped_programs() -> tuple[str, ...]:
    """Return the names of the programs that ship with the software."""
    return tuple(sorted(path.parent.name for path in PROGRAMS.glob(f"*/{FILE_NAME}")))


def find_program_file(name_or_path: str) -> Path:
    """Return the file of a program given by name, by its folder or by its file.

    Raises:
        NotFoundError: there is no such program.
    """
    if name_or_path in shipped_programs():
        return PROGRAMS / name_or_path / FILE_NAME
    path = Path(name_or_path).expanduser()
    if path.is_dir() and (path / FILE_NAME).is_file():
        path = path / FILE_NAME
    if path.is_file():
        return path.resolve()
    near = difflib.get_close_matches(name_or_path, shipped_programs(), n=1)
    hint = _s("「%(near)s」のことですか。") % {"near": near[0]} if near else ""
    raise NotFoundError(
        _s(
            "事業「%(name)s」がありません。事業の名前(%(names)s)か、program.toml "
            "の場所を指定してください。%(hint)s"
        )
        % {"name": name_or_path, "names": " / ".join(shipped_programs()), "hint": hint}
    )


def load_program(name_or_path: str, today: date | None = None) -> Program:
    """Read, check and derive a program.

    ``today`` (JST) serves dates written as ``today+30``.

    Raises:
        NotFoundError: there is no such program.
        ProgramFileError: with every fault of its files at once.
    """
    path = find_program_file(name_or_path)
    today = today or jst_date(datetime.now(UTC))
    problems: list[str] = []
    root = Section(read_toml(path), where="", problems=problems)
    dates = read_dates(root, today)
    names = read_names(root.table("names"))
    eligibility = _read_eligibility(root.table("eligibility"), problems)
    contract = root.table("contract")
    period = Period(contract.day("from"), contract.day("to"))
    availability = contract.number("availability_percent", 0, low=50, high=100) or None
    contact = read_contact(root.table("contact"))
    channels = read_channels(root.table("channels"))
    letter = root.table("letter")
    layout = _read_letter(letter)
    advance = root.table("advance", required=False)
    alternatives = read_alternatives(root)
    requests = read_request_settings(root)
    calls = read_call_settings(root)
    escalations = read_escalation_settings(root)
    settlement = read_settlement_settings(root)
    postage = read_postage_settings(root)
    reply_mail = read_reply_mail(root)
    touch = read_touch(root, path.parent)
    costs = read_cost_settings(root)
    staff_mail = read_staff_mail_settings(root)
    workplaces = read_workplaces(root)
    outside = read_outside(root)
    way_out = read_way_out(root)
    issuer = read_issuer_settings(root)
    files = _read_files(root, letter, advance) | {"calls": calls.layouts}
    has_reply_envelope = advance.flag("reply_envelope", default=False)
    is_demo = root.flag("demo", default=False)
    languages = _read_languages(root)
    forwarding = letter.member("forwarding", Forwarding, Forwarding.DO_NOT_FORWARD)
    password_mode = letter.member("password_mode", PasswordMode, PasswordMode.REUSABLE)
    card_after = letter.flag("card_after_first_sign_in", default=True)
    enclosures = _read_enclosures(letter, paper=bool(alternatives))
    delivered_means = root.member("delivered_means", DeliveredMeans, DeliveredMeans.REVEALED)
    resident_url = _read_url(root)
    root.finish()
    if problems:
        raise ProgramFileError(path, problems)
    resolved = {
        key: (path.parent / Path(value).expanduser()).resolve() for key, value in files.items()
    }
    windows = dates.windows()
    texts = fill_texts(
        read_texts(resolved["texts"]), fill_values(names, contact, eligibility, windows)
    )
    return Program(
        name=path.parent.name if path.name == FILE_NAME else path.stem,
        path=path,
        is_demo=is_demo,
        today=today,
        names=names,
        eligibility=eligibility,
        contract=period,
        availability_percent=availability,
        windows=windows,
        request_rules=dates.rules(),
        calendar=dates.calendar,
        contact=contact,
        channels=channels,
        languages=languages,
        letter=layout,
        forwarding=forwarding,
        letter_password_mode=password_mode,
        card_after_first_sign_in=card_after,
        letter_enclosures=enclosures,
        delivered_means=delivered_means,
        texts=texts,
        alternatives=alternatives,
        requests=requests,
        calls=calls,
        escalations=escalations,
        settlement=settlement,
        postage=postage,
        reply_mail=reply_mail,
        touch=touch,
        costs=costs,
        staff_mail=staff_mail,
        workplaces=workplaces,
        outside=outside,
        way_out=way_out,
        issuer=issuer,
        resident_url=resident_url,
        letter_texts_file=resolved["letter_texts"],
        advance=AdvanceSettings(resolved["advance_texts"], has_reply_envelope)
        if "advance_texts" in resolved
        else None,
        towns_file=resolved["towns"],
        layouts_dir=resolved["layouts"],
        issuers_dir=resolved["issuers"],
        call_layouts_dir=resolved["calls"],
    )


def _read_files(root: Section, letter: Section, advance: Section) -> dict[str, str]:
    files = {
        "texts": root.text("texts"),
        "letter_texts": letter.text("texts"),
        "towns": root.text("towns", "towns.csv"),
        "layouts": root.text("layouts", "layouts"),
        "issuers": root.text("issuers", "issuers"),
    }
    if root.has("advance"):
        files["advance_texts"] = advance.text("texts")
    return files


def _read_eligibility(section: Section, problems: list[str]) -> Eligibility:
    base_date = section.day("base_date")
    derived_from, derived_to = (base_date, base_date) if problems else school_year_window(base_date)
    given_from = (
        None if section.raw("birth_from") == "school-year" else section.maybe_day("birth_from")
    )
    given_to = None if section.raw("birth_to") == "base-date" else section.maybe_day("birth_to")
    return Eligibility(
        base_date=base_date,
        birth_from=given_from or derived_from,
        birth_to=given_to or derived_to,
        birth_from_is_derived=given_from is None or given_from == derived_from,
        birth_to_is_derived=given_to is None or given_to == derived_to,
        amount_yen=section.whole("amount_yen", low=1, high=10_000_000),
        expected_children=section.whole("expected_children", 0) or None,
        expected_within_percent=section.whole("expected_within_percent", 10, low=0, high=100),
        window_accepted=_read_acceptance(section),
    )


def _read_acceptance(section: Section) -> BirthWindowAcceptance | None:
    if not section.has("birth_window_acceptance"):
        return None
    table = section.table("birth_window_acceptance")
    return BirthWindowAcceptance(
        accepted_by=table.text("accepted_by"),
        accepted_on=table.day("accepted_on"),
        note=table.text("note"),
        birth_from=table.day("birth_from"),
    )


def _read_letter(section: Section) -> LetterLayout:
    return LetterLayout(
        window_left_mm=section.number("window_left_mm", 20, low=0, high=210),
        window_top_mm=section.number("window_top_mm", 12, low=0, high=297),
        window_width_mm=section.number("window_width_mm", 90, low=30, high=200),
        window_height_mm=section.number("window_height_mm", 45, low=15, high=120),
        padding_mm=section.number("padding_mm", 4, low=2, high=20),
        shift_x_mm=section.number("shift_x_mm", 0, low=-30, high=30),
        shift_y_mm=section.number("shift_y_mm", 0, low=-30, high=30),
        customer_barcode=section.flag("customer_barcode", default=True),
        letter_number_in_window=section.flag("letter_number_in_window", default=True),
    )


def _read_languages(root: Section) -> tuple[str, ...]:
    languages = root.choices("languages", RESIDENT_LOCALES, RESIDENT_LOCALES)
    if RESIDENT_LOCALES[0] not in languages:
        root.problem("languages", _s("ja は必ず入れてください。"))
    return tuple(locale for locale in RESIDENT_LOCALES if locale in languages)


def _read_enclosures(letter: Section, *, paper: bool) -> tuple[str, ...]:
    wanted = letter.choices("enclosures", ENCLOSURES, ())
    if ALTERNATIVE_FORM in wanted and not paper:
        letter.problem("enclosures", _s("紙の代替品がない事業では、代替品申出書を同封できません。"))
    return tuple(name for name in ENCLOSURES if name in wanted)


def _read_url(root: Section) -> str:
    url = root.text("resident_url", "").rstrip("/")
    if url and not re.fullmatch(r"https://[^\s/?#]+", url):
        root.problem(
            "resident_url",
            _s("https:// で始まるサイトの住所だけを、後ろに何も付けずに書いてください。"),
        )
    return url
