"""The FAX問合せ票: one page in every language, nothing personal, linked from the help page."""

import re

import pytest

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.texts import _, plain, use_locale
from portal.domain.people.households.large_print import POINTS
from portal.platform.http.locale import CODE_OF
from tests.functional.contacts.faxes.support import NOW, PROGRAM
from tests.support.reading import pdf
from tests.support.resident import Resident


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_it_is_one_page_in_japanese_and_the_readers_language(locale: str) -> None:
    with use_locale(locale):
        made = inquiry_form_pdf(PROGRAM, NOW)
        own = plain(_("世帯主の生年月日"))
    (page,) = pdf.text(made)
    squeezed = "".join(page.split())
    for words in (
        "FAX問合せ票",
        "世帯主の生年月日",
        "書かないでください",
        PROGRAM.contact.fax,
        own,
    ):
        assert "".join(words.split()) in squeezed or locale == "ja@easy"


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_the_help_page_gives_it_in_the_language_of_the_page(
    sqlite_resident: Resident, locale: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.http.cookies.set("lang", CODE_OF[locale], domain="127.0.0.1")
    assert 'href="/fax/form.pdf"' in visitor.open("/help").text
    answer = visitor.get("/fax/form.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert len(pdf.text(answer.content)) == 1
    assert 'href="/fax/form.pdf?size=large"' in visitor.open("/help").text
    large = visitor.get("/fax/form.pdf?size=large").content
    # readings above words are half as large as the words
    assert re.sub(r"[ぁ-んァ-ヶー]", "", pdf.smaller(large, POINTS)) == ""
