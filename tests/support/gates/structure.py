"""How the page is built.

Headings, landmarks, labels, what browsers may fill in, errors that can be found.
"""

from playwright.sync_api import Page

from tests.support.gates.script import run

SCRIPT = r"""
const found = [], need = (fine, words) => { if (!fine) found.push(words); };
need(all("h1").length === 1, `${all("h1").length} h1`);
need(all("main").length === 1, `${all("main").length} main`);
let level = 0;
for (const el of all("main h1, main h2, main h3, main h4")) {
  if (el.closest(".summary")) continue;
  const now = Number(el.localName[1]);
  need(now <= level + 1, `heading jumps to ${el.localName}: ${label(el)}`);
  level = now;
}
const skip = document.querySelector("body a[href]");
need(skip && skip.hash && document.querySelector(skip.hash), "the first link does not skip to the content");
need(document.title.trim().length > 3, "no title");
const zoom = document.querySelector("meta[name=viewport]")?.content || "";
need(zoom.includes("width=device-width") && !/user-scalable\s*=\s*no|maximum-scale/.test(zoom), `viewport: ${zoom}`);
const ids = all("[id]").map((el) => el.id);
need(new Set(ids).size === ids.length, `an id twice: ${ids.filter((id, i) => ids.indexOf(id) !== i)}`);
const TOKENS = new Set("off on username current-password new-password one-time-code tel email bday-year bday-month bday-day name postal-code street-address".split(" "));
for (const el of all("input:not([type=hidden]), select, textarea")) {
  need(el.labels.length || el.getAttribute("aria-label") || el.getAttribute("aria-labelledby"), `no label: ${label(el)}`);
  need(!el.autocomplete || TOKENS.has(el.autocomplete), `autocomplete ${el.autocomplete}: ${label(el)}`);
  need(!el.hasAttribute("maxlength"), `maxlength cuts what is pasted: ${label(el)}`);
  need(el.type !== "password" || el.autocomplete.endsWith("password"), `a password without autocomplete: ${label(el)}`);
  for (const id of (el.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean)) {
    need(document.getElementById(id), `described by nothing: ${label(el)} ${id}`);
  }
}
for (const el of all("form")) {
  need(el.getAttribute("action") && el.querySelector("button[type=submit], button:not([type])"), `a form without address or button: ${label(el)}`);
  if (el.getAttribute("method") === "post") need(new URL(el.getAttribute("action") || "", location.href).pathname !== location.pathname || all(".summary").length, `posts to its own page: ${label(el)}`);
}
need(!all("button[disabled], input[disabled]").length, "a disabled control");
for (const el of all("img")) need(el.hasAttribute("alt"), `no alt: ${el.src}`);
for (const el of all("[style]")) need(false, `inline style: ${label(el)}`);
const summary = document.querySelector(".summary");
if (summary) {
  need(document.activeElement === summary || summary.contains(document.activeElement), "the focus is not on the error summary");
  need(summary.querySelector("[role=alert]"), "the error summary is not announced");
  need(/^(エラー|Error|错误|錯誤|오류)/u.test(document.title), `the title does not say that something is wrong: ${document.title}`);
  for (const el of summary.querySelectorAll("a")) {
    const field = document.getElementById(el.hash.slice(1));
    need(field, `leads nowhere: ${label(el)}`);
    need(!field || !field.matches("input, fieldset") || field.getAttribute("aria-invalid") === "true" || field.type === "radio", `not marked as wrong: ${label(field || el)}`);
    need(all("main .wrong, main h2, main p").some((p) => !summary.contains(p) && text(p).includes(text(el))) || !field?.matches("input, fieldset"), `not said beside the field: ${label(el)}`);
  }
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const small = new Set();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const el = node.parentElement, size = parseFloat(style(el).fontSize);
  if (!node.data.trim() || !visible(el) || ["rt", "rp"].includes(el.localName)) continue;
  if (size < 14) small.add(`${size} px: ${label(el)}`);
}
found.push(...small);
need(parseFloat(style(document.body).fontSize) >= 16, "body under 16 px");
need(parseFloat(style(document.body).lineHeight) / parseFloat(style(document.body).fontSize) >= 1.5, "lines too close");
return found;
"""


AT_REST = (
    "() => [...document.querySelectorAll('.summary')].every((one) => "
    "one.contains(document.activeElement))"
)


def complaints(page: Page) -> list[str]:
    """What is built wrong.

    Looks at a page that was just loaded: the focus must be where the page put it.
    """
    for _ in range(
        20
    ):  # a browser sets the focus with one of its next frames, on a busy machine late
        if page.evaluate(AT_REST):
            break
        page.wait_for_timeout(100)
    found: list[str] = run(page, SCRIPT)
    return found
