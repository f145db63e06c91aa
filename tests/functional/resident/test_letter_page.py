"""The page with the letter's text: as the paper says it, in each language, and nothing personal."""

import re
from html import unescape

import pytest

from portal.domain.foundation.languages import OFFERED
from portal.domain.letters.letters.drawing.frame import LetterFrame, letter_frame
from portal.domain.letters.letters.drawing.render import fit_back, render_chunk
from portal.domain.letters.letters.drawing.texts import PER_HOUSEHOLD, load_texts
from portal.platform.http.locale import CODES
from portal.platform.rendering.templating import RUBY_TAGS, ruby
from tests.support.resident import Resident
from tests.unit.letters.letters.conftest import MakeLetter, make_letter, page_texts

__all__ = ["make_letter"]
languages = pytest.mark.parametrize("code", list(CODES))


def bare(html: str) -> str:
    """Return the text without tags, readings and blanks."""
    html = RUBY_TAGS.sub(r"\1", html)
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]+>", "", html)))


def frame_of(resident: Resident, url: str) -> LetterFrame:
    """The frame of letters that name this address."""
    program, day = resident.site.program, resident.clock.instant.date()
    texts = load_texts(program.letter_texts_file)
    return letter_frame(program, texts, notice_date=day, resident_url=url)


@languages
def test_every_text_of_the_letter_stands_on_the_page_of_its_language(
    sqlite_resident: Resident, code: str
) -> None:
    frame = frame_of(sqlite_resident, sqlite_resident.site.settings.public_url)
    answer = sqlite_resident.visitor().get(f"/letter/{code}")
    assert answer.status_code == 200
    page = bare(answer.text)
    for name, block in frame.texts.blocks.items():
        if name in PER_HOUSEHOLD:
            continue
        for line in block.in_language("ja" if code == "furigana" else CODES[code]).split("\n"):
            assert bare(str(ruby(line))) in page, name


def test_the_page_knows_no_family(sqlite_resident: Resident) -> None:
    family = sqlite_resident.enter(sqlite_resident.add(active=True))
    stranger = sqlite_resident.visitor()
    pages = [one.get("/letter/ja") for one in (family, stranger)]
    assert pages[0].content == pages[1].content
    assert "set-cookie" not in pages[0].headers
    assert pages[0].headers["referrer-policy"] == "no-referrer"


@languages
def test_the_page_speaks_the_language_of_its_address(sqlite_resident: Resident, code: str) -> None:
    html = next(one.html_lang for one in OFFERED if one.code == code)
    text = sqlite_resident.visitor().get(f"/letter/{code}").text
    assert f'<html lang="{html}"' in text
    for other in CODES:
        assert f'href="/letter/{other}"' in text


def test_the_letters_code_leads_to_the_language_of_the_browser(
    sqlite_resident: Resident,
) -> None:
    for path in ("/letter", "/letter/nowhere"):
        led = sqlite_resident.visitor().get(path, headers={"accept-language": "ko"})
        assert (led.status_code, led.headers["location"]) == (303, "/letter/ko")


def test_the_back_of_the_letter_names_the_page(
    sqlite_resident: Resident, make_letter: MakeLetter
) -> None:
    frame = frame_of(sqlite_resident, "https://coupon.example.jp")
    pages = page_texts(render_chunk([make_letter()], frame, back_points=fit_back(frame)))
    assert "coupon.example.jp/letter" not in pages[0]
    assert "coupon.example.jp/letter" in pages[1]


def test_who_reads_with_furigana_gets_readings_over_the_letters_own_words(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor()
    main = visitor.get("/letter/furigana").text.partition("<main")[2]
    opening = main.partition('<ol class="steps">')[0].rpartition("<p>")[2]
    assert "<ruby>" in opening
    assert "<ruby>東京都<rp>(<rt>とうきょうと<rp>)</ruby>" in opening  # of the ward's name in it
    assert "<ruby>" not in visitor.get("/letter/ja").text.partition("<main")[2]
