"""Check that every letter of a program fits its paper, for ``portal program check``."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from msgspec import Struct

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.drawing.advance import render_notices
from portal.domain.letters.letters.drawing.barcode import customer_bars
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.measuring import (
    Overlong,
    Side,
    is_drawn,
    measure_letter,
    measure_notice,
)
from portal.domain.letters.letters.drawing.render import render_chunk
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, LetterTexts, load_texts
from portal.domain.mailroom.printing.runs.writers.enclosures import printed_names

UNKNOWN_URL = "https://coupon.example.jp"
"""Stands for the site's address while the program does not name it (``resident_url``)."""
SAMPLE_ADDRESS = ("見本区見本町一丁目2番地の3", "見本マンション405号室")
MANY_CHILDREN = 9
LETTER_TEXTS = "title, amount, exchange_deadline, use_deadline, call_center"
NOTICE_TEXTS = "title, opening, when_sent, no_procedure, how_to_decline, call_center"
SETTINGS_IN_TEXTS = {
    re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}"): "%(telephone)s / %(fax)s",
    re.compile(r"https?://[^\s、。]+"): "%(url)s",
    re.compile(r"〒\s*\d{3}"): "%(address)s",
}
"""What is a setting, and how a text quotes it."""


def letter_findings(program: Program) -> list[Finding]:
    """Return what is wrong with the texts of the letters.

    For each letter, side and language those that are too long, and by how much; and numbers and
    addresses that are typed although they are settings.

    Files that are missing are found by other checks.

    Raises:
        ProgramFileError: a file is incomplete.
    """
    found: list[Finding] = []
    letter, advance = program.letter_texts_file, program.advance
    if letter.is_file():
        texts, sample = load_texts(letter), sample_letter(program, program.letter_enclosures)
        texts_frame = frame_of(program, texts)
        found += _overlong(letter.name, measure_letter(texts_frame, sample))
        enclosed = program.letter_enclosures
        front = _LargeFront(letter.name, LETTER_TEXTS, enclosed, render_chunk)
        found += _large(front, texts_frame, sample)
        found += _typed(letter.name, texts)
    if advance is not None and advance.texts_file.is_file():
        name = advance.texts_file.name
        texts = load_texts(advance.texts_file, ADVANCE_REQUIRED)
        sample = sample_letter(program, advance.enclosed)
        texts_frame = frame_of(program, texts)
        found += _overlong(name, measure_notice(texts_frame, sample))
        front = _LargeFront(name, NOTICE_TEXTS, advance.enclosed, render_notices)
        found += _large(front, texts_frame, sample)
        found += _typed(name, texts)
    return found


class _LargeFront(Struct, frozen=True):
    """The front of a letter in large print: file and texts, what lies beside it, what draws it."""

    file: str
    texts: str
    enclosed: Sequence[str]
    draw: Callable[[Sequence[LetterContent], LetterFrame], bytes]


def _large(front: _LargeFront, frame: LetterFrame, sample: LetterContent) -> Iterator[Finding]:
    """Report the languages in which a front in large print does not fit its page."""
    for locale in frame.languages:
        beside = printed_names(front.enclosed, locale)
        large = replace(sample, large=locale, enclosures=beside)
        if not is_drawn(partial(front.draw, [large], frame)):
            yield error_of(
                "large_letter_too_long",
                _s(
                    "%(file)s: 大きな文字の表(%(locale)s)が、1ページに収まりません。"
                    "短くしてください: %(keys)s"
                )
                % {"file": front.file, "locale": locale, "keys": front.texts},
            )


def _typed(file: str, texts: LetterTexts) -> Iterator[Finding]:
    """Report what stands in a text by hand and would contradict the settings one day."""
    for key, text in texts.blocks.items():
        for locale in RESIDENT_LOCALES:
            for pattern, value in SETTINGS_IN_TEXTS.items():
                if (typed := pattern.search(text.in_language(locale))) is not None:
                    yield warning_of(
                        "typed_by_hand",
                        _s(
                            "%(file)s: %(key)s(%(locale)s)に「%(typed)s」と書いてあります。"
                            "設定から入る %(value)s を使ってください。"
                        )
                        % {
                            "file": file,
                            "key": key,
                            "locale": locale,
                            "typed": typed[0],
                            "value": value,
                        },
                    )


def frame_of(program: Program, texts: LetterTexts) -> LetterFrame:
    """Return what all letters of a program share, before its site's address is known too."""
    return letter_frame(
        program,
        texts,
        notice_date=program.windows.delivery.first_day,
        resident_url=program.resident_url or UNKNOWN_URL,
    )


def sample_letter(program: Program, enclosed: Sequence[str]) -> LetterContent:
    """Return the letter of an invented household that needs as much room as any."""
    postal_code = program.contact.address.postal_code
    return LetterContent(
        letter_number="M000000000",
        postal_code=postal_code,
        address_lines=SAMPLE_ADDRESS,
        addressee="見本　太郎",
        children=MANY_CHILDREN,
        amount_yen=MANY_CHILDREN * program.amount_yen,
        login_id="1000000008",
        password="CDFGHJKLMNPQ",  # noqa: S106  (a sample)
        sign_in_url=f"{program.resident_url or UNKNOWN_URL}/signin",
        customer_bars=customer_bars(postal_code, SAMPLE_ADDRESS[1]),
        enclosures=printed_names(enclosed),
    )


def _overlong(file: str, found: Sequence[Overlong]) -> Iterator[Finding]:
    for one in found:
        values = {
            "file": file,
            "side": _s("表面") if one.side is Side.FRONT else _s("裏面"),
            "locale": one.locale,
            "keys": ", ".join(
                _s("%(key)s を%(n)d文字") % {"key": key, "n": count}
                for key, count in sorted(one.excess.items(), key=lambda item: item[1])
            ),
        }
        if one.one_suffices:
            sentence = _s(
                "%(file)s: %(side)sの文(%(locale)s)が長すぎて、1ページに収まりません。"
                "どれか1つを短くしてください: %(keys)s"
            )
        else:
            sentence = _s(
                "%(file)s: %(side)sの文(%(locale)s)が長すぎて、1ページに収まりません。"
                "どれも短くしてください: %(keys)s"
            )
        yield error_of("letter_too_long", sentence % values)
