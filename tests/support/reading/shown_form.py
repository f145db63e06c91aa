"""What a browser would send of a form as it stands on a page, with nobody touching it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class _Form:
    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[_Form] = []
        self.select, self.area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(said.get("action", "")))
        if not self.forms:
            return
        values, name, kind = self.forms[-1].values, said.get("name", ""), said.get("type", "text")
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            if "selected" in said or self.select not in values:
                values[self.select] = said.get("value", "")
        elif tag == "textarea":
            self.area = name
            values[name] = ""
        elif tag == "input" and name and (kind not in {"radio", "checkbox"} or "checked" in said):
            values[name] = said.get("value", "on" if kind in {"radio", "checkbox"} else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1].values[self.area] += data


def shown_form(page: str, action: str) -> dict[str, str]:
    """Return the values of the form with this address, by field, before anybody changed one."""
    reader = _Reader()
    reader.feed(page)
    return next(form.values for form in reader.forms if form.action == action)
