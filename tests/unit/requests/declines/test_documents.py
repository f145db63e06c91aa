"""The 辞退届 and receipts as PDF.

One tagged page, the same number, nothing personal on the blank form.
"""

import threading
from datetime import UTC, date, datetime

import pytest

from portal.domain.foundation.errors import BusyError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.texts import use_locale
from portal.domain.requests.declines.form import decline_form_pdf, meaning_of
from portal.domain.requests.requests import documents
from portal.domain.requests.requests.models import Request
from tests.support.reading import pdf

NOW = datetime(2023, 8, 1, 3, 5, tzinfo=UTC)
PROGRAM = load_program("sample", date(2023, 8, 1))
REQUEST = Request(receipt_no="CDFG-HJKL", received_at=NOW)
COPY = documents.DeclineCopy(
    "CDFG-HJKL", NOW, "鶉野　瑠璃子\ue000", [("鶉野　翡翠", 30_000), ("鶉野　珊瑚", 30_000)]
)


@pytest.mark.parametrize("locale", RESIDENT_LOCALES)
def test_the_blank_form_is_one_page_in_every_language(locale: str) -> None:
    with use_locale(locale):
        made = decline_form_pdf(PROGRAM, NOW, "230700000012")
    (page,) = pdf.text(made)
    assert "辞退届" in page
    assert "230700000012" in page
    assert "2023年9月29日（郵送は必着）" in page
    assert b"pdfuaid" in made


def test_the_copy_of_an_online_declaration_says_who_gave_up_how_much_and_when() -> None:
    (page,) = pdf.text(documents.decline_copy_pdf(PROGRAM, COPY))
    for said in (
        "CDFG-HJKL",
        "2023年8月1日 午後0時5分",
        "鶉野　翡翠",
        "2人分 60,000円",
        "汐風区長",
    ):
        assert said in page
    assert "瑠璃子〓" in page, "a character that no face has is shown as missing and stops nothing"


def test_another_language_stands_below_the_japanese() -> None:
    with use_locale("en"):
        copy = documents.DeclineCopy("CDFG-HJKL", NOW, "鶉野", [], meaning=["This is a refusal."])
        assert "This is a refusal." in pdf.text(documents.decline_copy_pdf(PROGRAM, copy))[0]
        assert meaning_of(PROGRAM)


def test_a_receipt_has_number_time_and_what_comes_next() -> None:
    def make() -> documents.Receipt:
        return documents.Receipt(
            "受付票", (documents.ReceiptRow("手続き", "再配送"),), ("確かめます。",)
        )

    with use_locale("ko"):
        (page,) = pdf.text(documents.receipt_pdf(PROGRAM, REQUEST, make))
    assert "CDFG-HJKL" in page
    assert "2023年8月1日 午後0時5分" in page
    assert page.count("再配送") == 2, "in Japanese and in the reader's language"


@pytest.mark.asvs("15.2.2")
def test_too_many_at_once_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = threading.BoundedSemaphore(1)
    turn.acquire()
    monkeypatch.setattr(documents, "_turn", turn)
    monkeypatch.setattr(documents, "PATIENCE", 0.01)
    with pytest.raises(BusyError):
        documents.decline_copy_pdf(PROGRAM, COPY)
    turn.release()
    assert documents.decline_copy_pdf(PROGRAM, COPY).startswith(b"%PDF")
