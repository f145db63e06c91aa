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
const target = skip && skip.hash && document.querySelector(skip.hash);
need(target, "the first link does not skip to the content");
need(document.title.trim().length > 3, "no title");
const zoom = document.querySelector("meta[name=viewport]")?.content || "";
const zoomable = !/user-scalable\s*=\s*no|maximum-scale/.test(zoom);
need(zoom.includes("width=device-width") && zoomable, `viewport: ${zoom}`);
const ids = all("[id]").map((el) => el.id);
const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
need(!twice.length, `an id twice: ${twice}`);
const TOKENS = new Set([
  "off", "on", "username", "current-password", "new-password", "one-time-code", "tel", "email",
  "bday-year", "bday-month", "bday-day", "name", "postal-code", "street-address"]);
for (const el of all("input:not([type=hidden]), select, textarea")) {
  const said = el.getAttribute("aria-label") || el.getAttribute("aria-labelledby");
  const named = said || (el.type === "image" && el.alt.trim());
  need(el.labels.length || named, `no label: ${label(el)}`);
  const token = el.autocomplete;
  need(!token || TOKENS.has(token), `autocomplete ${token}: ${label(el)}`);
  need(!el.hasAttribute("maxlength"), `maxlength cuts what is pasted: ${label(el)}`);
  const filled = el.type !== "password" || token.endsWith("password");
  need(filled, `a password without autocomplete: ${label(el)}`);
  for (const id of (el.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean)) {
    need(document.getElementById(id), `described by nothing: ${label(el)} ${id}`);
  }
}
for (const name of ["aria-describedby", "aria-labelledby", "aria-controls", "href", "id"]) {
  for (const el of all(`[${name}=""]`)) need(false, `an empty ${name}: ${label(el)}`);
}
for (const el of all("form")) {
  const action = el.getAttribute("action") || "";
  const button = el.querySelector("button[type=submit], button:not([type])");
  need(action && button, `a form without address or button: ${label(el)}`);
  const own = new URL(action, location.href).pathname === location.pathname;
  if (el.getAttribute("method") === "post") {
    const kept = el.id === "again-form"; // the database was lost: no page before it
    need(!own || kept || all(".summary").length, `posts to its own page: ${label(el)}`);
  }
}
need(!all("button[disabled], input[disabled]").length, "a disabled control");
for (const el of all("img")) need(el.hasAttribute("alt"), `no alt: ${el.src}`);
for (const el of all("[style]")) need(false, `inline style: ${label(el)}`);
const summary = document.querySelector(".summary");
if (summary) {
  const focused = document.activeElement;
  need(summary.contains(focused), "the focus is not on the error summary");
  need(summary.querySelector("[role=alert]"), "the error summary is not announced");
  const warns = /^(エラー|Error|错误|錯誤|오류)/u.test(document.title);
  need(warns, `the title does not say that something is wrong: ${document.title}`);
  for (const el of summary.querySelectorAll("a")) {
    const field = document.getElementById(el.hash.slice(1));
    need(field, `leads nowhere: ${label(el)}`);
    if (!field?.matches("input, fieldset")) continue;
    const marked = field.getAttribute("aria-invalid") === "true" || field.type === "radio";
    need(marked, `not marked as wrong: ${label(field)}`);
    const beside = all("main .wrong, main h2, main p").some(
      (p) => !summary.contains(p) && text(p).includes(text(el)));
    need(beside, `not said beside the field: ${label(el)}`);
  }
}
const apart = /.{0,12}。[ ]+[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}「（].{0,5}/gu;
// staff read hints and fields, or what somebody typed and who it was, one beside the other on a
// line, and there the blank parts them
const staffs = document.querySelector("link[href*=admin]");
const other = "label, input, button, select, textarea, p, li, dd, .as-written";
const running = (el) => !el.querySelector(other);
const read = staffs ? all("p, li, dd, td, caption, summary").filter(running) : [document.body];
const torn = read.flatMap((el) => el.innerText.match(apart) || []);
need(!torn.length, `a blank behind 。: ${torn}`);
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const small = new Set();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const el = node.parentElement, size = parseFloat(style(el).fontSize);
  if (!node.data.trim() || !visible(el) || ["rt", "rp"].includes(el.localName)) continue;
  if (size < 14) small.add(`${size} px: ${label(el)}`);
}
found.push(...small);
const { fontSize, lineHeight } = style(document.body);
need(parseFloat(fontSize) >= 16, "body under 16 px");
need(parseFloat(lineHeight) / parseFloat(fontSize) >= 1.5, "lines too close");
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
    # a browser sets the focus with one of its next frames, late on a busy machine
    for _ in range(20):
        if page.evaluate(AT_REST):
            break
        page.wait_for_timeout(100)
    found: list[str] = run(page, SCRIPT)
    return found
