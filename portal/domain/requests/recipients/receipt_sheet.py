"""The receipt (受領書) that is signed at the counter, and the blank form for a change of recipient, as PDF."""

from datetime import UTC, date, datetime

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.typesetting import compile_pdf

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
        "確かめられる書類（保護命令、支援センターなどの証明、離婚の調停や裁判の書類など）"
        "の写しをつけてください。"
    ),
)


def receipt_sheet(program: Program, letter_number: str, children: int, today: date) -> bytes:
    """Return the receipt for one sealed letter.

    No name and no address, both are nobody's business but the signer's.
    """
    rows = [
        ("手紙の番号", letter_number),
        ("対象のこども", f"{children}人"),
        ("お渡しした書類", "封をした手紙 1通"),
    ]
    blanks = ["受け取った日", "受け取った人の署名", "本人と確かめた書類の種類", "お渡しした職員"]
    return _draw(
        program,
        "受領書",
        "次の手紙を、区の窓口で受け取りました。",
        rows,
        blanks,
        RECEIPT_NOTES,
        today,
    )


def change_form(program: Program, today: date) -> bytes:
    """Return the blank form 支給先変更申出書."""
    blanks = [
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
    ]
    last = format_wareki(program.windows.decline.last_day)
    lead = (
        f"{program.names.program.ja}について、こどもの分を受け取る人を変えたいので申し出ます。"
        f"受付は{last}までです。"
    )
    return _draw(program, "支給先変更申出書", lead, [], blanks, FORM_NOTES, today)


def _draw(
    program: Program,
    title: str,
    lead: str,
    rows: list[tuple[str, str]],
    blanks: list[str],
    notes: tuple[str, ...],
    today: date,
) -> bytes:
    data = {
        "title": title,
        "lead": lead,
        "rows": rows,
        "blanks": blanks,
        "notes": notes,
        "ward": program.names.ward.ja,
        "mayor": program.names.mayor.ja,
        "program": program.names.program.ja,
        "day": [today.year, today.month, today.day],
    }
    stamp = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    return compile_pdf(SHEET, data, timestamp=stamp)
