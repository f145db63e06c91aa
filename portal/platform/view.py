"""What a template shows, as a typed record: each page has its own class beside its handler."""

from msgspec import Struct


class View(Struct, frozen=True):
    """The names of one template.

    Subclasses are frozen structs (``class SeenView(View, frozen=True)``). A field that is itself a
    ``View`` is a part that several pages share: its names stand beside the page's own.
    """

    def as_context(self) -> dict[str, object]:
        """Return what the template sees, by name."""
        found: dict[str, object] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            found |= value.as_context() if isinstance(value, View) else {name: value}
        return found
