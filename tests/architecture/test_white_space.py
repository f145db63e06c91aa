"""No template glues words together or tears them apart.

When a template is laid out anew, white space gets lost or slips in where inline elements meet: two
links become one word, a link's underline begins with a blank, a comma starts after a gap. A record
of all pages would show that, but would change with every text. So each template is read as its
pages are made, with its texts in place and all branches one after the other, and is searched for
the traces of such an accident. tests/unit/platform/test_template_layout.py shows that dropping the
layout of a template changes nothing that people see.
"""

import re

import pytest
from jinja2 import Environment

from portal.platform.rendering.sentences import BLANK
from portal.platform.rendering.template_layout import WithoutLayout
from tests.support.sources import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
ENVIRONMENT = Environment(
    trim_blocks=True, lstrip_blocks=True, autoescape=True, extensions=[WithoutLayout]
)
TEXT = re.compile(r"_n?\(\"(.*?)\".*", re.DOTALL)
VALUE, BRANCH = "¤", "§"
INLINE = "a|b|code|kbd|rt|ruby|span|strong|time"
TRACES = {
    "a blank before closing punctuation": r"(?<!>)[ \n](?=[、。）」』】！？])",
    "a blank after opening punctuation": r"[（「『【][ \n]",
    "an inline element that begins with a blank": rf"<({INLINE})\b(?![^>]*\bhidden\b)[^>]*>[ \n]",
    "an inline element that ends with a blank": rf"(?<!:)[ \n]</({INLINE})>",
    "two words that touch": rf"[A-Za-z0-9](</?({INLINE})\b[^>]*>)+[A-Za-z0-9]",
    "two links or buttons that touch": r"</(a|button)><(a|button)\b",
    "a link that touches the word before": rf"[^\s>（「・、。:：{BRANCH}]<a\b",
    "a link that touches the word behind": rf"</a>[^\s<（）」・、。{BRANCH}]",
}


def _as_made(source: str) -> str:
    """Return a template as one page: its texts, and signs for other values and for branches."""
    page, inside = [], ""
    for token in ENVIRONMENT._tokenize(source, None):
        if token.type == "data":
            page.append(token.value)
        elif token.type in {"variable_begin", "block_begin"}:
            inside = ""
        elif token.type == "variable_end":
            text = TEXT.fullmatch(inside)
            if inside == f"{BLANK}()":
                page.append(" ")
                continue
            page.append(text[1].translate({60: "‹", 62: "›"}) if text else VALUE)
        elif token.type == "block_end":
            page.append(BRANCH)
        else:
            inside += f'"{token.value}"' if token.type == "string" else str(token.value)
    return "".join(page)


def _traces(source: str) -> list[str]:
    page = _as_made(source)
    return [
        f"{what}: …{page[max(0, found.start() - 30) : found.end() + 20]}…"
        for what, pattern in TRACES.items()
        for found in re.finditer(pattern, page)
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_white_space_is_lost_or_gained_between_words(name: str) -> None:
    assert _traces((FOLDER / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("一覧") }}\n  、{{ word }}</p>',
        "<p>（\n  {{ day }}）</p>",
        '<p><a href="/">\n  {{ word }}</a></p>',
        "<p><strong>{{ word }}\n</strong></p>",
        "<p>ID<span>3</span></p>",
        '<a href="/a">{{ a }}</a><a href="/b">{{ b }}</a>',
        '<p>{{ word }}<a href="/">{{ more }}</a></p>',
        '<p><a href="/">{{ more }}</a>{{ word }}</p>',
    ],
)
def test_each_trace_is_noticed(source: str) -> None:
    assert len(_traces(source)) == 1


def test_what_people_read_well_leaves_no_trace() -> None:
    assert (
        _traces(
            '<p>{{ _("一覧") }}、<b>{{ word }}</b>（<a href="/">{{ more }}</a>）\n'
            '  <a href="/b">{{ b }}</a>\n'
            "  {%- if day %}・{{ day }}{% endif %}\n</p>"
        )
        == []
    )
