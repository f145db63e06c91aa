"""The fields of a request: type, limit, words, privacy, and the places that show each of them.

Each kind's slice lists its fields once (``written.py``); pages, documents and exports of every kind
read these lists. Nothing here knows a page: a template asks a field for its words and draws it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, Sentence, _
from portal.domain.foundation.typed import telephone

R = TypeVar("R")


class Place(StrEnum):
    """Where a field is asked for or shown."""

    PAGE = "page"
    """The resident's own form, and its correction."""
    CHECK = "check"
    """The resident's last look before sending."""
    RECEIPT = "receipt"
    """The resident's receipt on the site."""
    PDF = "pdf"
    """The resident's receipt as a document."""
    REVIEW = "review"
    """The page of the person who decides."""
    ENTRY = "entry"
    """The page on which staff enter a form that came on paper."""
    CALL = "call"
    """The page from which an agent asks and reads aloud."""
    DIAL = "dial"
    """The pages that show a number to call about the request."""
    BLANK = "blank"
    """The printed form."""
    EXPORT = "export"
    """The files that the ward gets."""


_OF_STAFF = frozenset({Place.REVIEW, Place.ENTRY, Place.CALL, Place.DIAL})


class Privacy(StrEnum):
    """How far what was written may go."""

    COUNTED = "counted"
    """One of few answers: shown in the request, and exported only as a count of answers."""
    SEALED = "sealed"
    """May name or reach a person: shown in the request, never in a list or an exported file."""


class Fault(Struct, frozen=True):
    """A field of a form and the sentence to show beside it."""

    field: str
    sentence: str


class FieldType(Protocol):
    """How one type of field is read, stored and shown."""

    @property
    def name(self) -> str:
        """The name of the type, by which templates choose how to draw the field."""
        ...

    def read(self, typed: str) -> tuple[Any, str]:
        """Return the value of a typed text (None or "" for nothing) and its fault ("" for none)."""
        ...

    def stored(self, value: Any) -> Any:
        """Return the value as it is sealed."""
        ...

    def opened(self, stored: Any) -> Any:
        """Return the value of what was sealed."""
        ...

    def text(self, value: Any) -> str:
        """Return the value as people read it, in the current language."""
        ...


class Choice(Struct, frozen=True):
    """One of few answers.

    ``unknown`` refuses any other answer, and a missing one where an answer is required.
    """

    options: type[Labeled]
    unknown: Sentence
    name: str = "choice"

    def read(self, typed: str) -> tuple[Labeled | None, str]:
        """Return the answer and its fault."""
        answer = self.options.known(typed)
        return answer, self.unknown() if typed and answer is None else ""

    def stored(self, value: Labeled) -> str:
        """Return the answer's code word."""
        return value.value

    def opened(self, stored: Any) -> Labeled | None:
        """Return the answer of a code word; None for one that is no longer known."""
        return self.options.known(stored)

    def text(self, value: Labeled) -> str:
        """Return the answer in words."""
        return value.label


@dataclass(frozen=True, slots=True)
class Words:
    """Free words of at most ``limit`` characters."""

    limit: int = 400
    name: str = "words"

    def read(self, typed: str) -> tuple[str, str]:
        """Return the words and their fault."""
        return typed.strip(), too_long(self.limit) if len(typed) > self.limit else ""

    def stored(self, value: str) -> str:
        """Return the words as they are."""
        return value

    def opened(self, stored: Any) -> str:
        """Return the words as they are."""
        return str(stored)

    def text(self, value: str) -> str:
        """Return the words as they are."""
        return value


@dataclass(frozen=True, slots=True)
class Telephone(Words):
    """A Japanese telephone number, kept as digits from 0."""

    limit: int = 20
    name: str = "telephone"

    def read(self, typed: str) -> tuple[str, str]:
        """Return the digits and their fault."""
        number = telephone(typed) if typed.strip() else ""
        return number or "", "" if number is not None else no_telephone()


@dataclass(frozen=True, slots=True)
class PostalCode(Words):
    """Seven digits; pages that ask for one read it themselves."""

    limit: int = 8

    def text(self, value: str) -> str:
        """Return the digits with the hyphen after the third."""
        return f"{value[:3]}-{value[3:]}"


class Day(Struct, frozen=True):
    """A date; pages that ask for one in parts read it themselves."""

    name: str = "day"

    def read(self, typed: str) -> tuple[date | None, str]:
        """Return the day that a page read."""
        return (date.fromisoformat(typed) if typed else None), ""

    def stored(self, value: date) -> str:
        """Return the day as ISO 8601."""
        return value.isoformat()

    def opened(self, stored: Any) -> date | None:
        """Return the day of an ISO 8601 text."""
        return date.fromisoformat(stored) if stored else None

    def text(self, value: date) -> str:
        """Return the day as ISO 8601, as staff read it."""
        return value.isoformat()


def too_long(limit: int) -> str:
    """Return the sentence that refuses longer words."""
    return _("「伝えたいこと」は、%(n)s文字までで書いてください。") % {"n": limit}


def no_telephone() -> str:
    """Return the sentence that refuses anything but a telephone number."""
    return _("電話番号は、0から始まる10けたか11けたの数字です。もう一度たしかめてください。")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind's record.

    ``name`` is the record's attribute (dotted inside a part), the stored key and the name in forms.
    ``label`` asks a resident for it, ``short`` stands beside the answer, ``staff`` is what staff
    read. ``needed`` names the places where it must be answered. ``alerts`` are answers that must
    meet the eye before anything else. ``printed`` is what the Japanese form on paper says, where
    that is not the label. ``absent`` gives, for each place that does not have the field, the
    reason.
    """

    name: str
    type: FieldType
    label: Sentence
    short: Sentence
    staff: Sentence
    privacy: Privacy = Privacy.SEALED
    needed: frozenset[Place] = frozenset()
    alerts: frozenset[Labeled] = frozenset()
    printed: str = ""
    absent: Mapping[Place, str] = field(default_factory=dict)

    def value(self, record: object) -> Any:
        """Return the field's value in a record."""
        return attrgetter(self.name)(record)

    def asked_at(self, place: Place) -> bool:
        """Tell whether a place has the field."""
        return place not in self.absent


@dataclass(frozen=True, slots=True)
class Line:
    """What was written in one field, as people read it."""

    about: Field
    place: Place
    value: str = field(repr=False)
    is_alert: bool = False

    @property
    def label(self) -> str:
        """The words beside it.

        A resident checks the answer beside its question; staff read their own label.
        """
        if self.place in _OF_STAFF:
            return self.about.staff()
        return self.about.label() if self.place is Place.CHECK else self.about.short()

    @property
    def is_free(self) -> bool:
        """Tell whether it is shown as typed, since none of its words are ours."""
        return not isinstance(self.about.type, Choice)


class WrittenForm(Struct, Generic[R], frozen=True):
    """What is written on requests of one kind: its fields, and how its record is sealed and opened.

    ``seal`` omits what is empty; ``open`` reads every form in which rows of the kind were ever
    stored.
    """

    fields: tuple[Field, ...]
    seal: Callable[[R], dict[str, Any]]
    open: Callable[[Mapping[str, Any]], R]

    def lines(self, record: R, place: Place) -> tuple[Line, ...]:
        """Return what was written, field by field, where the place shows it."""
        found = ((one, one.value(record)) for one in self.fields if one.asked_at(place))
        return tuple(
            Line(one, place, one.type.text(value), value in one.alerts)
            for one, value in found
            if value
        )

    def corrected(self, before: R, after: R) -> R:
        """Return a correction on the resident's page; answers that it left out stay as they were.

        Free words are replaced even by nothing: the page asks for them again.
        """
        kept = {
            one.name
            for one in self.fields
            if isinstance(one.type, Choice) or not one.asked_at(Place.PAGE)
        }
        earlier = {name: value for name, value in self.seal(before).items() if name in kept}
        return self.open(earlier | self.seal(after))

    def asked(self, place: Place) -> tuple[Field, ...]:
        """Return the fields that a place asks for, in their order."""
        return tuple(one for one in self.fields if one.asked_at(place))

    def read(self, typed: Callable[[str], str], place: Place) -> tuple[R, tuple[Fault, ...]]:
        """Read the fields of a posted form; ``typed(name)`` returns what stands in one of them.

        Returns the record of what can be read, and everything that is missing or cannot.
        """
        stored: dict[str, Any] = {}
        faults: list[Fault] = []
        for one in self.asked(place):
            value, wrong = one.type.read(typed(one.name))
            if not value and not wrong and place in one.needed and isinstance(one.type, Choice):
                wrong = one.type.unknown()
            if wrong:
                faults.append(Fault(one.name, wrong))
            elif value:
                stored[one.name] = one.type.stored(value)
        return self.open(stored), tuple(faults)


def flat_form(make: Callable[..., R], fields: Sequence[Field]) -> WrittenForm[R]:
    """Return the form of a record whose attributes are its fields, sealed under their names."""
    listed = tuple(fields)

    def seal(record: R) -> dict[str, Any]:
        values = ((one, one.value(record)) for one in listed)
        return {one.name: one.type.stored(value) for one, value in values if value}

    def open_(stored: Mapping[str, Any]) -> R:
        return make(
            **{one.name: one.type.opened(stored[one.name]) for one in listed if one.name in stored}
        )

    return WrittenForm(listed, seal, open_)


def everywhere_but(*absences: tuple[tuple[Place, ...], str]) -> Mapping[Place, str]:
    """Return a field's ``absent``: the places of each group, with the reason they share."""
    return MappingProxyType({place: reason for places, reason in absences for place in places})
