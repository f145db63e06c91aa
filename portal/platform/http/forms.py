"""A posted form: text fields as typed, one value each, bounded in size; files.

And the errors shown beside them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import FormMultiDict

MAX_FIELD = 4_000
MAX_FIELDS = 100


@dataclass(slots=True)
class Upload:
    """A chosen file of ``size`` bytes; ``data`` is empty when that is too many.

    ``checked`` is what its rule made of it.
    """

    data: bytes = field(repr=False)
    size: int
    checked: Any = field(default=None, repr=False)


@dataclass(slots=True)
class Form:
    """What was typed.

    Values stay as typed (line ends are LF); reading them tolerantly is the rule's matter.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    faulty: bool = False
    files: dict[str, Upload] = field(default_factory=dict, repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Return a field as typed."""
        return self.values.get(name, default)

    def upload(self, name: str) -> Any:
        """Return what the rule of a file made of it.

        None where none was chosen, or it was refused (an error then).
        """
        found = self.files.get(name)
        return found.checked if found is not None else None

    def error(self, name: str, message: str) -> None:
        """Add an error; the first one of a field stays."""
        self.errors.setdefault(name, message)

    @property
    def ok(self) -> bool:
        """Tell whether there are no errors so far."""
        return not self.errors


def read_form(data: FormMultiDict) -> Form:
    """Take text fields from a posted form.

    Repeated fields, files and oversized values make it faulty (400).
    """
    return form_from(data.multi_items())


def form_from(pairs: Iterable[tuple[str, object]]) -> Form:
    """Make a form from name and value pairs.

    A new line is one character, however the browser sends it.
    """
    values: dict[str, str] = {}
    faulty = False
    for count, (name, value) in enumerate(pairs):
        if not isinstance(value, str) or name in values or count > MAX_FIELDS:
            faulty = True
            continue
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MAX_FIELD:
            faulty = True
            continue
        values[name] = text.replace("\0", "")
    return Form(values, faulty=faulty)
