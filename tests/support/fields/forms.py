"""Forms on a page, filled as a person would: each choice is made, each field has what fits."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {
    "day": "2023-08-02",
    "instruction_no": "児発第12号",
    "month": "2023-07",
    "telephone": "03-5550-0177",
    "number": "03-5550-0177",
}
"""What is typed into fields of these names."""
BY_TYPE = {
    "date": "2023-07-28",
    "datetime-local": "2023-07-28T10:00",
    "time": "10:00",
    "number": "1",
    "tel": "03-5550-0177",
    "email": "kinjo@example.jp",
    "month": "2023-07",
}
WORDS = "たしかめました。"


@dataclass
class Form:
    """Where a form goes, what is in it, and the buttons that send it."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data-hx-get"):
            if said.get(name, "").startswith("/"):
                self.links.append(said[name].partition("#")[0])
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif self.forms and tag in {"input", "textarea", "select", "button", "option"}:
            self._field(self.forms[-1], tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "button" or kind == "submit":
            form.buttons.append((name, said.get("value", "")))
            if "formaction" in said:
                self.forms.insert(0, Form(said["formaction"], "post", form.values))
        elif tag == "select":
            self.select = name
        elif tag == "option":
            if said.get("value") and self.select:
                form.values.setdefault(self.select, said["value"])
        elif tag == "textarea":
            form.values[name] = TYPED.get(name, WORDS)
        elif kind == "file":
            form.files.append(name)
        elif kind in {"radio", "checkbox"}:
            form.values.setdefault(name, said.get("value", "on"))
        elif name:
            typed = TYPED.get(name) or BY_TYPE.get(kind, WORDS)
            form.values[name] = said.get("value") or ("" if kind == "hidden" else typed)


def read_page(page: str) -> tuple[list[str], list[Form]]:
    """Return the addresses and the forms on a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.links, [form for form in reader.forms if form.method == "post" and form.action]
