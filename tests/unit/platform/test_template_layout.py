"""How a template is laid out is nothing that its page shows."""

import re

import pytest
from jinja2 import Environment, FileSystemLoader

from portal.platform.rendering.template_layout import WithoutLayout
from tests.support.sources import ROOT
from tests.support.visible import visible

PLAIN = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)
LAID_OUT = PLAIN.overlay(extensions=[WithoutLayout])
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))


def _drawn(source: str) -> str:
    return LAID_OUT.from_string(source).render(yes=True, no=False, word="語")


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<ul>\n  <li>\n    {{ word }}\n  </li>\n</ul>", "<ul>\n<li>語</li>\n</ul>"),
        ("<p>\n  a\n  <b>c</b>\n</p>", "<p>a <b>c</b></p>"),
        (
            "<p>\n  {{ word }}\n  {%- if yes %}\n  ・{{ word }}\n  {%- endif %}\n</p>",
            "<p>語・語</p>",
        ),
        ("<p>\n  {% if yes %} a{% endif %}\n</p>", "<p> a</p>"),
        ("<b>a</b>\n<i>c</i>\n{{ word }}", "<b>a</b> <i>c</i> 語"),
        ('<input name="a"\n  value="b">', '<input name="a" value="b">'),
        ('<input name="a"\n  {% if yes %} checked{% endif %}>', '<input name="a" checked>'),
        ('<input name="a"\n  {% if no %} checked{% endif %}>', '<input name="a">'),
        ('<a title="one\ntwo">\n  x</a>', '<a title="one\ntwo"> x</a>'),
        ('<p>it\'s\n  <b>"so"</b>\u3000\n</p>', '<p>it\'s <b>"so"</b>\u3000</p>'),
    ],
)
def test_a_page_carries_only_the_white_space_that_people_see(source: str, page: str) -> None:
    assert _drawn(source) == page


@pytest.mark.parametrize(
    "name", [path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]
)
def test_every_template_shows_the_same_with_and_without_its_line_breaks(name: str) -> None:
    """Compare what people see of a template before and after its layout is dropped.

    One sign stands for each value, so that no page has to be drawn and every branch is compared.
    """
    source = FileSystemLoader(ROOT / "templates").get_source(PLAIN, name)[0]
    before = _signs(PLAIN, LAID_OUT.preprocess(source))
    after = _signs(LAID_OUT, source)
    assert visible(after) == visible(before)


def _signs(environment: Environment, source: str) -> str:
    """Return the text of a template, with one sign for each value that it draws."""
    text = "".join(
        token.value if token.type == "data" else "¤"
        for token in environment._tokenize(source, None)
        if token.type in {"data", "variable_begin"}
    )
    return re.sub(r"(<\w+)¤", r"\1 ¤", text)  # a value right behind a tag's name is its attribute
