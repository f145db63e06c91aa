"""Everything is reached with the Tab key, in a sensible place, with a focus that shows.

Nothing holds it.
"""

import asyncio
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.support.gates.script import run

Stop = tuple[str, str, list[str]]
"""Number and name of a control, and its faults; the number of one nobody expected is empty."""
START = r"""
document.body.tabIndex = -1;
document.body.focus();  // the first Tab starts at the top, wherever the page had put the focus
document.body.removeAttribute("tabindex");
window.scrollTo(0, 0);
const found = all("[tabindex]").filter((el) => el.tabIndex > 0)
  .map((el) => `positive tabindex: ${label(el)}`);
let number = 0;
const groups = new Set();
for (const el of all(CONTROLS)) {
  delete el.dataset.stop;
  const shown = el.checkVisibility({ visibilityProperty: true });
  if (!shown || el.disabled || el.tabIndex < 0) continue;
  if (el.type === "radio") {
    const group = all(`input[type=radio][name="${el.name}"]`);
    const checked = group.find((one) => one.checked);
    if (checked ? el !== checked : groups.has(el.name)) continue;
    groups.add(el.name);
  }
  el.dataset.stop = String(++number);
}
const stop = () => {
  const el = document.activeElement;
  if (!el || el === document.body || el === document.documentElement) return null;
  const s = style(el), r = el.getBoundingClientRect(), faults = [];
  const width = parseFloat(s.outlineWidth), outlined = s.outlineStyle !== "none" && width >= 2;
  // Read anew, since a focus may color what is around it.
  for (const known of [...grounds.keys()].filter(Boolean)) grounds.delete(known);
  const around = ground(el.parentElement || el);
  const strong = outlined && ratio(over(parse(s.outlineColor), around), around) >= 3;
  if (!strong) faults.push("its focus does not show");
  const inside = r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
  if (!inside) faults.push("it is out of view");
  else {
    const between = (low, value, high) => Math.min(high, Math.max(low, value));
    const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].map(
      ([a, b]) => document.elementFromPoint(
        between(0, r.left + r.width * a, innerWidth - 1),
        between(0, r.top + r.height * b, innerHeight - 1)));
    const belongs = (hit) => hit && (hit === el || el.contains(hit) || hit.contains(el));
    if (!points.some(belongs)) faults.push("something lies over it");
  }
  return [el.dataset.stop || "", label(el), faults];
};
const here = window.__keyboard = { stops: [], pressed: false, stop };
// Before the focus moves on: where the press before had brought it.
addEventListener("keydown", (event) => {
  if (event.key !== "Tab") return;
  if (here.pressed) here.stops.push(stop());
  here.pressed = true;
}, { capture: true });
return [found, number];
"""
TAKE = "() => [...__keyboard.stops.splice(0), (__keyboard.pressed = false, __keyboard.stop())]"


def complaints(page: Page, most: int = 150) -> list[str]:
    """What a person with a keyboard cannot reach, cannot see or cannot leave."""
    found, count = run(page, START)
    seen: dict[str, int] = {}
    for stop in _stops(page, count + 1, most):
        if stop is None:
            break
        number, name, faults = stop
        if number and number in seen:
            if int(number) == 1:
                break
            found.append(f"the focus is held at {name}")
            break
        seen[number] = 1
        found += [f"{fault}: {name}" for fault in faults]
    missing = [str(i) for i in range(1, count + 1) if str(i) not in seen]
    if missing:
        names = run(
            page,
            "return argument.map((n) => label(document.querySelector(`[data-stop='${n}']`)));",
            missing,
        )
        found += [f"not reached: {name}" for name in names]
    run(page, "document.activeElement?.blur(); window.scrollTo(0, 0);")
    return list(found)


def _stops(page: Page, expected: int, most: int) -> Iterator[Stop | None]:
    """Yield where each press of Tab leads: the expected ones at once, then one by one."""
    pressed, batch = 0, min(expected, most)
    while pressed < most:
        _hold_tab(page, batch)
        yield from page.evaluate(TAKE)
        pressed += batch
        batch = 1


def _hold_tab(page: Page, times: int) -> None:
    """Hold Tab down until it has repeated so many times.

    Sent one behind the other without waiting for each answer, which takes half the time; the public
    interface waits.
    """
    keyboard = page.keyboard

    async def repeat() -> None:
        await asyncio.gather(*(keyboard._impl_obj.down("Tab") for _ in range(times)))

    keyboard._sync(repeat())
    keyboard.up("Tab")
