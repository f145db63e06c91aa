"""A page with the picture of every resident screen, a row each, in all languages."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Every resident screen</title>
<style>
  body { font: 16px/1.5 sans-serif; margin: 1rem; }
  table { border-collapse: collapse; }
  th, td { border: 1px solid #767676; padding: .5rem; vertical-align: top; }
  thead th { position: sticky; top: 0; background: #fff; }
  img { width: 180px; height: auto; display: block; }
</style></head><body><h1>Every resident screen</h1>
"""


def picture_of(name: str, language: str) -> str:
    """Return the name of the file with the picture of a screen."""
    plain = "".join(sign if sign.isalnum() else "-" for sign in name).strip("-")
    return f"{plain or 'home'}.{language}.jpg"


def write_sheet(
    pictures: Path, target: Path, names: Sequence[str], languages: Sequence[str]
) -> Path:
    """Write the page beside its pictures; a screen that was not looked at has an empty cell."""
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in languages)
    rows = [
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(_cell(pictures, target, name, language) for language in languages)
        + "</tr>\n"
        for name in names
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    table = f'<table><thead><tr><th scope="col">Screen</th>{heads}</tr></thead>\n<tbody>\n'
    target.write_text(HEAD + table + "".join(rows) + "</tbody></table></body></html>\n", "utf-8")
    return target


def _cell(pictures: Path, target: Path, name: str, language: str) -> str:
    file = pictures / picture_of(name, language)
    if not file.is_file():
        return "<td></td>"
    source = escape(file.relative_to(target.parent).as_posix())
    return f'<td><img src="{source}" alt="{escape(name)}, {escape(language)}" loading="lazy"></td>'
