"""Somebody at a keyboard without a mouse, and somebody who knows a page by its spoken text."""

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

ACTIVATIONS = {"Enter", "Space", "F2", "F8"}
FAR = 90
"""More stops than a page has."""


@dataclass
class Hands:
    """A keyboard alone; activations are counted, typing and Tab are free."""

    page: Page
    pressed: list[str] = field(default_factory=list)

    def press(self, key: str) -> None:
        """Press a key that does something, and wait for the page that comes of it."""
        assert key in ACTIVATIONS
        self.pressed.append(key)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.page.wait_for_load_state("load")

    def tab_to(self, selector: str) -> None:
        """Move on with Tab until the element has the focus, which can be seen then."""
        for _press in range(FAR):
            if self.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                expect(self.page.locator(":focus")).to_be_in_viewport()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {selector}")

    def type(self, selector: str, text: str) -> None:
        """Move to a field and write into it."""
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def choose(self, selector: str, value: str) -> None:
        """Move to a list and go down it with the arrow key."""
        self.tab_to(selector)
        for _press in range(45):
            if self.page.locator(selector).input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(value)

    def check(self, selector: str) -> None:
        """Move to a choice and take it; of several that exclude each other, with the arrow key."""
        group = self.page.locator(selector).get_attribute("name")
        if self.page.locator(selector).get_attribute("type") == "checkbox":
            self.tab_to(selector)
            self.page.keyboard.press("Space")
        else:
            self.tab_to(f"input[name='{group}']")
            self.page.keyboard.press("Space")
            for _press in range(20):
                if self.page.locator(selector).is_checked():
                    break
                self.tab_to(f"input[name='{group}']")  # a page that just came places the focus
                self.page.keyboard.press("ArrowDown")
        expect(self.page.locator(selector)).to_be_checked()


@dataclass
class Ears:
    """A page as a screen reader gives it: by role and name, one thing of a name, and no more."""

    page: Page

    def _one(self, role: str, name: str) -> Locator:
        found = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        expect(found).to_have_count(1)
        return found

    def hear(self, text: str) -> None:
        """The spoken text of the page's main part says this."""
        said = self.page.get_by_role("main").aria_snapshot()
        assert text in said, f"{text!r} is not in:\n{said}"

    def heading(self, name: str) -> None:
        """The page's own heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_accessible_name(name)

    def type(self, name: str, text: str) -> None:
        """Write into the field of this name."""
        self._one("textbox", name).fill(text)

    def choose(self, name: str, option: str) -> None:
        """Choose from the list of this name."""
        self._one("combobox", name).select_option(label=option)

    def check(self, role: str, name: str) -> None:
        """Take a choice."""
        self._one(role, name).check()

    def press(self, name: str, role: str = "button") -> None:
        """Press what has this name, and wait for the page that comes of it."""
        with self.page.expect_navigation():
            self._one(role, name).press("Enter")
        self.page.wait_for_load_state("load")
