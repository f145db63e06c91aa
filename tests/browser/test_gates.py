"""The gates find what they are there for: each of these pages has one fault."""

import pytest

from tests.support.browser import PageFactory
from tests.support.gates import GATES, pseudo, rules, sizes

PAGE = """<!doctype html><html lang="ja"><head><title>試験のページ</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body {{ font-size: 16px; line-height: 1.6; color: #111; background: #fff; }}
  a, button, input {{ display: block; min-height: 48px; min-width: 48px; margin: 8px; }}
  input, button {{ border: 2px solid #333; }}
  :focus-visible {{ outline: 3px solid #00c; }}
  {style}
</style></head><body>
<a href="#main">本文へ</a><main id="main"><h1>試験</h1>{body}</main>
</body></html>"""
FORM = (
    '<form action="/sent"><label for="one">名前</label><input id="one"><button>送る</button></form>'
)
FAULTS = {
    "keyboard": [
        (
            "",
            FORM + '<div style="display: none"><a href="/a">隠れた</a></div><a href="/b">次</a>',
            "",
        ),
        ("button:focus-visible { outline: none; }", FORM, "its focus does not show"),
        ("form { position: fixed; left: -900px; }", FORM, "it is out of view"),
        ("div { position: fixed; inset: 0; }", FORM + "<div></div>", "something lies over it"),
        (
            "",
            FORM + "<script>one.onkeydown = (e) => e.preventDefault()</script>",
            "the focus is held at",
        ),
        ("", FORM + "<script>one.onkeydown = (e) => e.preventDefault()</script>", "not reached"),
        ("", '<a href="/b" tabindex="2">zuerst</a>', "positive tabindex"),
    ],
    "contrast": [
        ("p { color: #aaa; }", "<p>Text</p>", "text"),
        (
            "a { display: inline; color: #025; text-decoration: none; }",
            '<p>Ein Satz mit <a href="/b">einem Verweis</a>.</p>',
            "a link by color",
        ),
    ],
    "targets": [("button { min-height: 0; height: 20px; }", FORM, "送る")],
    "reflow": [("main { width: 700px; }", FORM, "320 px")],
    "spacing": [
        ("p { height: 1.2em; overflow: hidden; }", "<p>" + "長い文です。" * 20 + "</p>", "cut off")
    ],
    "forced": [("button { border: none; appearance: none; }", FORM, "no edge")],
    "structure": [
        ("", "<h1>zwei</h1>", "2 h1"),
        ("", '<p aria-describedby="">Text</p>', "an empty aria-describedby"),
        ("", "<p>送りました。 <b>見る</b></p>", "a blank behind 。"),
    ],
    "axe": [("", '<img src="data:,">', "image-alt")],
}
SAME_AS_AXE = [
    ("contrast", "color-contrast", "p { color: #aaa; }", "<p>Text</p>"),
    ("contrast", "color-contrast", "p { color: #888; background: #ddd; }", "<p>Text</p>"),
    (
        "contrast",
        "color-contrast",
        "@media (prefers-color-scheme: dark) { p { color: #333; background: #000; } }",
        "<p>Text</p>",
    ),
    (
        "contrast",
        "link-in-text-block",
        "a { display: inline; color: #025; text-decoration: none; }",
        '<p>Ein Satz mit <a href="/b">einem Verweis</a>.</p>',
    ),
    (
        "targets",
        "target-size",
        "button { min-height: 0; height: 12px; margin: 0; font-size: 5px; }",
        '<form action="/sent"><button>送る</button><button name="no">やめる</button></form>',
    ),
]
"""What axe finds by the rules of which our gates ask more, so that pages are asked once."""
CASES = [(gate, *fault) for gate, faults in FAULTS.items() for fault in faults]


@pytest.mark.parametrize(("gate", "style", "body", "said"), CASES)
def test_a_fault_is_found(
    page_factory: PageFactory, gate: str, style: str, body: str, said: str
) -> None:
    page = page_factory(quiet=False, kept=False)
    page.set_content(PAGE.format(style=style, body=body))
    found = GATES[gate](page)
    assert any(said in text for text in found) if said else not found, found


@pytest.mark.parametrize(("gate", "rule", "style", "body"), SAME_AS_AXE)
def test_our_gates_find_what_the_rules_of_axe_find_that_they_replace(
    page_factory: PageFactory, gate: str, rule: str, style: str, body: str
) -> None:
    page = page_factory(quiet=False, kept=False, color_scheme="dark")
    page.set_content(PAGE.format(style=style, body=body))
    assert rule in rules.SAME_AS_OURS
    assert any(rule in text for text in rules.violations(page, [rule]))
    assert GATES[gate](page)


@pytest.mark.parametrize(
    ("style", "body", "said"),
    [
        (
            "p { width: 9.6em; overflow-wrap: anywhere; }",
            "<p>もらえるのは30,000円</p>",
            "30,000円 is broken",
        ),
        ("p { width: 3em; overflow-wrap: anywhere; }", "<p>30,000円</p>", ""),
        ("p { width: 9em; }", "<p>期限は2023年12月31日です</p>", "2023年12月31日 is broken"),
        ("p { width: 10em; }", "<p>Until December 31, 2023</p>", "December 31, 2023 is broken"),
        (
            "p { width: 4em; word-break: keep-all; }",
            '<p>から<span lang="ja">金糸雀 翡翠</span></p>',
            "",
        ),
        ("h2 { width: 5em; }", '<h2 class="person">あああ 金糸雀</h2>', "金糸雀 is broken"),
        ("div { width: 15rem; }", "<div>広い</div>", "wider than the page"),
        ("h2 { width: 8em; }", "<h2>電話の<wbr>番号が<wbr>わからない</h2>", "is no whole phrase"),
        (
            "h2 { width: 4em; word-break: keep-all; overflow-wrap: anywhere; }",
            "<h2>手紙を<wbr>受け付けました</h2>",
            "受け付けました is wider than its line",
        ),
        (
            "h2 { width: 8em; word-break: keep-all; }",
            "<h2>電話の<wbr>番号が<wbr>わからない<wbr>とき</h2>",
            "",
        ),
    ],
)
def test_what_breaks_when_letters_are_large_is_found(
    page_factory: PageFactory, style: str, body: str, said: str
) -> None:
    page = page_factory(quiet=False, kept=False)
    page.set_content(PAGE.format(style=style, body=body))
    found = sizes.complaints(page)
    assert any(said in text for text in found) if said else not found, found


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("button { width: 5em; height: 3em; overflow: hidden; white-space: nowrap; }", "cut off"),
        ("button { width: 100%; }", ""),
        ("p { white-space: nowrap; }", "scrolls sideways"),
    ],
)
def test_texts_that_have_no_room_to_grow_are_found(
    page_factory: PageFactory, style: str, said: str
) -> None:
    page = page_factory(quiet=False, kept=False)
    body = "<p>この文は、いまの幅にちょうど入ります。</p><button>送るボタン</button>"
    page.set_content(PAGE.format(style=style, body=body))
    found = pseudo.complaints(page)
    assert any(said in text for text in found) if said else not found, found
