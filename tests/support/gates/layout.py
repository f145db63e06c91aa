"""No sideways scrolling at 320 px and at 400 %; nothing cut off when text is spaced out."""

from playwright.sync_api import Page

from tests.support.gates.script import run

SIDEWAYS = r"""
const width = document.documentElement.clientWidth, found = [];
if (document.scrollingElement.scrollWidth > width) {
  for (const el of document.body.querySelectorAll("*")) {
    if (!visible(el)) continue;
    const r = el.getBoundingClientRect();
    const beyond = (one) => one.getBoundingClientRect().right > width + 1;
    if (r.right + scrollX <= width + 1 || [...el.children].some(beyond)) continue;
    let at = el.parentElement, scrolls = false;
    for (; at && at !== document.body; at = at.parentElement) {
      scrolls ||= style(at).overflowX !== "visible";
    }
    if (!scrolls) found.push(`${r.right.toFixed(0)} > ${width}: ${label(el)}`);
  }
  const whole = document.scrollingElement.scrollWidth;
  if (!found.length) found.push(`the page is ${whole} wide in ${width}`);
}
for (const el of document.body.querySelectorAll("*")) {
  if (["fixed", "sticky"].includes(style(el).position) && visible(el)) {
    const share = el.getBoundingClientRect().height / innerHeight;
    const percent = (100 * share).toFixed(0);
    if (share > 0.4) found.push(`stays over ${percent} % of the height: ${label(el)}`);
  }
}
return found;
"""
SPACED = """*, *::before, *::after {
  line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important;
}
p { margin-bottom: 2em !important; }"""
CUT = r"""
const sheet = new CSSStyleSheet();
sheet.replaceSync(argument);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const found = [];
for (const el of document.body.querySelectorAll("*")) {
  // One pixel wide: words for screen readers alone, meant to be cut.
  if (!visible(el) || (el.clientWidth <= 1 && el.clientHeight <= 1)) continue;
  const s = style(el), hides = (v) => ["hidden", "clip"].includes(v);
  const button = ["button", "select"].includes(el.localName);
  const wide = el.scrollWidth > el.clientWidth + 1 && el.clientWidth > 0;
  const tall = el.scrollHeight > el.clientHeight + 1 && el.clientHeight > 0;
  const cut = (wide && (hides(s.overflowX) || button)) || (tall && hides(s.overflowY));
  if (cut && text(el)) found.push(`cut off: ${label(el)}`);
}
const sideways = document.scrollingElement.scrollWidth > document.documentElement.clientWidth;
if (sideways) found.push("scrolls sideways");
document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
return found;
"""


def overflowing(page: Page) -> list[str]:
    """What makes the page scroll sideways on a narrow phone, and on a desktop enlarged to 400 %."""
    found: list[str] = []
    for width, height, name in ((320, 568, "320 px"), (320, 256, "400 %")):
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{text} ({name})" for text in run(page, SIDEWAYS)]
    return found


def clipped_by_spacing(page: Page) -> list[str]:
    """What is lost with the spacing of WCAG 1.4.12, on a phone and on a desktop."""
    found: list[str] = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        found += [f"{text} ({width} px)" for text in run(page, CUT, SPACED)]
    return found
