"""The page declares its language, offers the others in their own names, and mixes none in."""

from playwright.sync_api import Page

from tests.support.gates.script import run

SWITCH = r"""
const found = [];
const lang = document.documentElement.lang;
if (lang !== argument) found.push(`<html lang> is ${lang}, not ${argument}`);
const choices = all(".languages a, .languages button");
for (const el of choices) {
  if (!el.lang) found.push(`a choice without lang: ${label(el)}`);
}
const marked = choices.some((el) => el.getAttribute("aria-current"));
if (choices.length && !marked) found.push("the present language is not marked");
return found;
"""
LEFT_OVER = r"""
const [script, inside] = argument, kana = new RegExp(script, "u"), found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const says = (lang) => (lang || "").split("-")[0];
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const el = node.parentElement;
  if (!kana.test(node.data) || el.closest("script, style")) continue;
  if (says(el.closest("[lang]")?.lang) !== says(document.documentElement.lang)) continue;
  if (inside && el.closest(inside)) continue;
  found.push(node.data.trim().slice(0, 60));
}
for (const el of all("[alt], [aria-label], [title]")) {
  if (el.closest("[lang]") !== document.documentElement) continue;
  for (const name of ["alt", "aria-label", "title"]) {
    const value = el.getAttribute(name) || "";
    if (!inside && kana.test(value)) found.push(`${name}: ${value}`);
  }
}
if (!inside && kana.test(document.title)) found.push(`title: ${document.title}`);
return found;
"""


def complaints(page: Page, lang: str) -> list[str]:
    """What is wrong with the page's own language and with the choice of others."""
    found: list[str] = run(page, SWITCH, lang)
    return found


def untranslated(page: Page) -> list[str]:
    """Texts with kana on a page that is not Japanese."""
    found: list[str] = run(page, LEFT_OVER, [r"[\p{Script=Hiragana}\p{Script=Katakana}]", ""])
    return found


def without_reading(page: Page, but_not: str = "") -> list[str]:
    """Kanji without furigana on a page in やさしい日本語.

    `but_not` selects where people's names stand.
    """
    inside = "ruby, .languages" + (f", {but_not}" if but_not else "")
    found: list[str] = run(page, LEFT_OVER, [r"\p{Script=Han}", inside])
    return found
