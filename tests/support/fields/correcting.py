"""What a person types when a page says what is wrong with a form: a sentence, and what fits it."""

import re
from dataclasses import replace
from html import unescape

from tests.support.fields.forms import Form, read_page
from tests.support.requests.looking import waiting_fields

FAULT = re.compile(r'<li><a href="#([^"]+)">(.*?)</a></li>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
FITS = (
    ("今日より後", "2023-08-05"),
    ("廃棄の期限", "2023-08-05"),
    ("生年月日", "1985-03-09"),
    ("日にちと時刻", "2023-08-02"),
    ("日付", "2023-07-28"),
    ("日を", "2023-07-28"),
    ("時刻", "10:00"),
    ("郵便番号", "1000001"),
    ("電話番号", "090-5550-0177"),
    ("お問い合わせ番号", "10000000010"),
    ("券の番号", "GC900001"),
    ("認証アプリ", "code"),
    ("番号は数字だけ", "code"),
    ("64文字", "a" * 64),
    ("SHA-256", "a" * 64),
    ("数字", "1"),
)
"""What is typed into a field of which a page says a sentence with these words."""


def faults_of(page: str) -> dict[str, str]:
    """Return what a page says is wrong, by the field that it points at."""
    return {name: unescape(TAG.sub("", said)) for name, said in FAULT.findall(page)}


def corrected(form: Form, page: str, typed: dict[str, str]) -> Form | None:
    """Return a form as a person sends it again; None if they would not know what to change.

    ``typed`` holds what fits fields of a name, before what fits a sentence. A scan that waits to
    be looked at is looked at.
    """
    shown = next((one for one in read_page(page)[1] if one.action == form.action), None)
    if shown is None:
        return None
    values, files = form.values | _hidden(shown), form.files
    if waiting := waiting_fields(page):
        name = next(iter(waiting)).partition(".")[0]
        pages = waiting[f"{name}.pages"]
        values |= waiting | {f"{name}.seen": pages, f"{name}.numbers": "none"}
        files = [one for one in files if one != name]
    for name, said in faults_of(page).items():
        if name in typed:
            values[name] = typed[name]
        elif fitting := next((value for words, value in FITS if words in said), ""):
            values[name] = typed.get(fitting, fitting)
        elif name in values:
            values[name] = ""
        files = [one for one in files if one != name]
    if values == form.values:
        return None
    return replace(form, values=values, files=files)


def _hidden(shown: Form) -> dict[str, str]:
    kept = ("version", "seen", "form_key")
    return {name: shown.values[name] for name in kept if name in shown.values}
