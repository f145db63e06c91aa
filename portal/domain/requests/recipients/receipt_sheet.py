"""The receipt (受領書) for the counter and the blank form for a change of recipient, as PDF."""

from datetime import UTC, date, datetime

from msgspec import Struct

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.letters.drawing.typesetting import compile_pdf
from portal.domain.letters.letters.models import Letter

SHEET = "recipient_sheet.typ"
# Printed for the ward's own paper in Japanese, as the law's forms are: these texts are not
# translated.
RECEIPT_NOTES = (
    "封がしてあることを確かめてから、署名してください。",
    "この受領書は区が保管します。住所は書かないでください。",
)
FORM_NOTES = (
    "避難している方、離れて暮らす方の新しい連絡先や住所は、元の世帯には知らせません。",
    "住所を使えない方は「窓口で受け取る」を選んでください。住所の欄は空のままにしてください。",
    (
        "確かめられる書類（保護命令、支援センターなどの証明、離婚の調停や裁判の書類など）を、"
        "1つ見せてください。窓口で見せるときは、写しはいりません。郵送のときだけ、写しをつけてください。"
    ),
)


class _Sheet(Struct, frozen=True):
    title: str
    lead: str
    rows: list[tuple[str, str]]
    blanks: list[str]
    notes: tuple[str, ...]


def receipt_sheet(program: Program, letter: Letter, today: date, *, large: bool = False) -> bytes:
    """Return the receipt for one sealed letter, without a name and without an address.

    With ``large`` nothing on it is smaller than 18 points.
    """
    sheet = _Sheet(
        "受領書",
        "次の手紙を、区の窓口で受け取りました。",
        [
            ("手紙の番号", letter.number),
            ("対象のこども", f"{letter.children}人"),
            ("お渡しした書類", "封をした手紙 1通"),
        ],
        ["受け取った日", "受け取った人の署名", "本人と確かめた書類の種類", "お渡しした職員"],
        RECEIPT_NOTES,
    )
    return _draw(program, sheet, today, large=large)


def change_form(program: Program, today: date, *, large: bool = False) -> bytes:
    """Return the blank form 支給先変更申出書; with ``large`` in 18 points and more."""
    last = format_day(program.windows.decline.last_day, SOURCE_LOCALE)
    sheet = _Sheet(
        "支給先変更申出書",
        f"{program.names.program.ja}について、こどもの分を受け取る人を変えたいので申し出ます。"
        f"受付は{last}までです。",
        [],
        [
            "申し出る日",
            "申し出る人の名前",
            "ふりがな",
            "生年月日",
            "対象のこどもの名前",
            "こどもの生年月日",
            "受け取り方（郵送・窓口で受け取る）",
            "郵送のときの住所",
            "連絡してよい電話番号",
            "つける書類の種類",
            "署名",
        ],
        FORM_NOTES,
    )
    return _draw(program, sheet, today, large=large)


def _draw(program: Program, sheet: _Sheet, today: date, *, large: bool) -> bytes:
    data = {
        "title": sheet.title,
        "large": large,
        "lead": sheet.lead,
        "rows": sheet.rows,
        "blanks": sheet.blanks,
        "notes": sheet.notes,
        "ward": program.names.ward.ja,
        "mayor": program.names.mayor.ja,
        "program": program.names.program.ja,
        "day": [today.year, today.month, today.day],
    }
    stamp = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    return compile_pdf(SHEET, data, timestamp=stamp)
