"""A posted form: bounded text fields as typed, files, and the errors shown beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from litestar.datastructures import FormMultiDict

MAX_FIELD = 4_000
MAX_FIELDS = 100
Checked = TypeVar("Checked")


@dataclass(slots=True)
class Upload:
    """A chosen file of ``size`` bytes; ``data`` is empty when that is too many.

    ``checked`` is what its rule returned.
    """

    data: bytes = field(repr=False)
    size: int
    checked: object = field(default=None, repr=False)


@dataclass(slots=True)
class Form:
    """The fields of a posted form.

    Values stay as typed (line ends are LF); the rules parse them tolerantly.
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    faulty: bool = False
    files: dict[str, Upload] = field(default_factory=dict, repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Return a field as typed."""
        return self.values.get(name, default)

    def upload(self, name: str, kind: type[Checked]) -> Checked | None:
        """Return what the rule of a file returned, which is of this kind.

        None where no file was chosen, or it was refused (an error then).

        Raises:
            TypeError: the rule returns something else.
        """
        checked = self.files[name].checked if name in self.files else None
        if checked is None or isinstance(checked, kind):
            return checked
        raise TypeError(f"{name} is no {kind.__name__}")

    def error(self, name: str, message: str) -> None:
        """Add an error; the first one of a field stays."""
        self.errors.setdefault(name, message)

    @property
    def ok(self) -> bool:
        """Tell whether there are no errors so far."""
        return not self.errors


def read_form(data: FormMultiDict) -> Form:
    """Read the text fields of a posted form.

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
