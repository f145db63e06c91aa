"""One day, one time and one amount are written alike on screen, in messages and on paper.

A tired parent compares them sign by sign. What is expected stands here by hand: a function that
writes all of them wrong would not be noticed by itself.
"""

import html
import re
from dataclasses import dataclass, replace

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.advance import render_notices
from portal.domain.letters.letters.drawing.large import large_text_pdf
from portal.domain.letters.letters.drawing.render import FRONT_NOTES, fit_back, render_chunk
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.mailroom.printing.runs.fitting import frame_of, sample_letter
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.notices.messages import progress_message, signature_of
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.platform.http.locale import CODE_OF
from tests.functional.requests.redeliveries.support import make_post
from tests.support.reading.structure import structure_of
from tests.support.resident import Resident, Visitor

READING = re.compile(r"<r[pt]>[^<]*|\{([^|}]*)\|[^}]*\}")
"""Readings above words, on pages and in texts."""


@dataclass(frozen=True)
class Written:
    """What the sample program's days, amount, hours and one instant look like in a language."""

    exchange_to: str
    use_to: str
    amount: str
    hours: str
    asked_at: str


EXPECTED = {
    "ja": Written(
        "2023年12月31日",
        "2024年3月31日",
        "30,000円",
        "午前9時から午後5時まで",
        "2023年8月1日 午後0時",
    ),
    "ja@easy": Written(
        "2023年12月31日",
        "2024年3月31日",
        "30,000円",
        "午前9時から 午後5時まで",
        "2023年8月1日 午後0時",
    ),
    "en": Written(
        "December 31, 2023",
        "March 31, 2024",
        "30,000 yen",
        "9 AM to 5 PM",
        "August 1, 2023, noon",
    ),
    "zh_Hans": Written(
        "2023年12月31日",
        "2024年3月31日",
        "30,000日元",
        "上午9点至下午5点",
        "2023年8月1日 中午12点",
    ),
    "zh_Hant": Written(
        "2023年12月31日",
        "2024年3月31日",
        "30,000日圓",
        "上午9點至下午5點",
        "2023年8月1日 中午12點",
    ),
    "ko": Written(
        "2023년 12월 31일",
        "2024년 3월 31일",
        "30,000엔",
        "오전 9시부터 오후 5시까지",
        "2023년 8월 1일 낮 12시",
    ),
}


def squeezed(text: str) -> str:
    """The words alone, without readings and blanks, which lines and columns break."""
    return "".join(READING.sub(r"\1", text).split())


def seen(visitor: Visitor, path: str) -> str:
    """The words of a page."""
    body = visitor.open(path).text.split("<main", 1)[1]
    bare = re.sub(r"<(script|style).*?</\1>", "", body, flags=re.DOTALL)
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", READING.sub("", bare))))


def printed(pdf: bytes) -> str:
    """What is read of a PDF."""
    return squeezed(structure_of(pdf).words)


def wanted(locale: str, *names: str) -> list[str]:
    return ["".join(getattr(EXPECTED[locale], name).split()) for name in names]


@pytest.fixture(params=RESIDENT_LOCALES)
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def speaking(resident: Resident, locale: str) -> Visitor:
    """A family with one child whose coupon is shown, in a language."""
    person = resident.add(active=True, children=1)
    resident.give_coupons()
    visitor = resident.enter(person)
    visitor.http.cookies.set("lang", CODE_OF[locale], domain="127.0.0.1")
    visitor.open("/home")
    visitor.send("/coupon/1/reveal")
    return visitor


def letters(program: Program, locale: str) -> dict[str, str]:
    """What the papers of a family with one child say, by kind."""
    frame = frame_of(program, load_texts(program.letter_texts_file))
    sample = replace(sample_letter(program, ()), children=1, amount_yen=program.amount_yen)
    assert program.advance is not None
    notice = frame_of(program, load_texts(program.advance.texts_file, ADVANCE_REQUIRED))
    return {
        "letter": printed(render_chunk([sample], frame, back_points=fit_back(frame))),
        "large letter": printed(render_chunk([replace(sample, large=locale)], frame)),
        "text of the letter": printed(large_text_pdf(frame, FRONT_NOTES, locale)),
        "large notice": printed(render_notices([replace(sample, large=locale)], notice)),
    }


def test_a_last_day_is_written_alike_on_screen_in_messages_and_in_letters(
    sqlite_resident: Resident, locale: str
) -> None:
    program = sqlite_resident.site.program
    visitor, (exchange, use) = (
        speaking(sqlite_resident, locale),
        wanted(locale, "exchange_to", "use_to"),
    )
    assert use in seen(visitor, "/coupon/1")
    for path in ("/home", "/help", f"/letter/{CODE_OF[locale]}"):
        assert exchange in seen(visitor, path), path
    with use_locale(locale):
        sender, due = signature_of(program), program.windows.exchange.last_day
        for kind in (CodeChannel.SMS, CodeChannel.EMAIL):
            sent = progress_message(kind, ProgressEvent.DEADLINE_NEAR, sender, due=due)
            assert exchange in squeezed(sent.body), kind
    said = letters(program, locale)
    for name in ("letter", "large letter", "text of the letter"):
        assert exchange in said[name], name
        assert use in said[name], name


def test_an_amount_is_written_alike_on_screen_and_in_letters(
    sqlite_resident: Resident, locale: str
) -> None:
    visitor, (amount,) = speaking(sqlite_resident, locale), wanted(locale, "amount")
    for path in ("/", "/home", "/coupon/1", f"/letter/{CODE_OF[locale]}"):
        assert amount in seen(visitor, path), path
    for name, said in letters(sqlite_resident.site.program, locale).items():
        assert amount in said, name


def test_hours_are_written_alike_on_screen_in_letters_and_on_forms(
    sqlite_resident: Resident, locale: str
) -> None:
    program, (hours,) = sqlite_resident.site.program, wanted(locale, "hours")
    visitor = speaking(sqlite_resident, locale)
    assert hours in seen(visitor, "/help")
    said = letters(program, locale)
    assert hours in said["letter"]
    assert hours in said["text of the letter"]
    with use_locale(locale):
        assert hours in printed(alternative_form_pdf(program, sqlite_resident.now))


def test_the_time_of_a_request_is_written_alike_on_its_page_and_its_receipt(
    sqlite_resident: Resident, locale: str
) -> None:
    post = make_post(sqlite_resident.database)
    person = post.household(active=True)
    row = post.ask(person)
    visitor, (asked_at,) = sqlite_resident.enter(person), wanted(locale, "asked_at")
    visitor.http.cookies.set("lang", CODE_OF[locale], domain="127.0.0.1")
    assert asked_at in seen(visitor, f"/requests/{row.receipt_no}")
    receipt = printed(visitor.get(f"/requests/{row.receipt_no}/receipt.pdf").content)
    for written in [*wanted("ja", "asked_at"), asked_at]:
        assert written in receipt
