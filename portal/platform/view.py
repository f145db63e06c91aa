"""What a template shows, as a typed record: each page has its own class beside its handler."""

from dataclasses import fields


class View:
    """The names of one template.

    Subclasses are frozen dataclasses. A field that is itself a ``View`` is a part that several
    pages share: its names stand beside the page's own.
    """

    __slots__ = ()

    def as_context(self) -> dict[str, object]:
        """Return what the template sees, by name."""
        found: dict[str, object] = {}
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            found |= value.as_context() if isinstance(value, View) else {field.name: value}
        return found
