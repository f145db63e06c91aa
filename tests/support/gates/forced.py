"""With the system's own colors everything that can be pressed or filled has an edge.

Nothing moves by itself.
"""

from playwright.sync_api import Page

from tests.support.gates.script import run

EDGES = r"""
const found = [];
for (const el of all("button, input:not([type=hidden]), select, textarea, .button")) {
  if (!visible(el)) continue;
  const s = style(el);
  const edged = ["Top", "Right", "Bottom", "Left"].some(
    (side) => parseFloat(s[`border${side}Width`]) > 0 && s[`border${side}Style`] !== "none");
  const underlined = s.textDecorationLine.includes("underline");
  if (!edged && !underlined && s.appearance === "none") found.push(`no edge: ${label(el)}`);
}
const field = all("main input:not([type=hidden]), main button, main a[href]").find(visible);
if (field) {
  field.focus({ focusVisible: true });
  const s = style(field);
  const outlined = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  if (!outlined) found.push(`no focus: ${label(field)}`);
  field.blur();
}
return found;
"""
MOVING = "return document.getAnimations().map((one) => `moves: ${label(one.effect.target)}`);"


def complaints(page: Page) -> list[str]:
    """What disappears under forced colors, and what still moves when less motion was asked for."""
    page.emulate_media(forced_colors="active")
    found: list[str] = run(page, EDGES)
    page.emulate_media(forced_colors=None, reduced_motion="reduce")
    found += run(page, MOVING)
    page.emulate_media(reduced_motion=None)
    return found
