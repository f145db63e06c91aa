"""What is written on a request for redelivery; without sign-in nothing else says who asks."""

from dataclasses import dataclass, field
from datetime import date

from portal.domain.foundation.texts import Sentence, _, _s
from portal.domain.requests.requests.fields import (
    Day,
    Field,
    FieldType,
    Place,
    PostalCode,
    Words,
    everywhere_but,
    flat_form,
)
from portal.domain.requests.requests.shared_fields import telephone_field

NAME_MAX = 100
_TELLS_WHO = everywhere_but(
    ((Place.CHECK,), "the form is one page, sent as it is read"),
    ((Place.RECEIPT, Place.PDF), "without sign-in nobody is shown what was written"),
    ((Place.ENTRY, Place.CALL), "staff open the household first"),
    ((Place.DIAL,), "no number is called before the household is known"),
    ((Place.EXPORT,), "tells who somebody is"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was written, as typed except for widths; ``telephone`` is for calls by staff only.

    With proof the household is known, and only the number is written. Without sign-in, ``birth`` is
    the householder's and ``postal_code`` has seven digits; number and telephone may be empty.
    """

    name: str = field(repr=False, default="")
    birth: date | None = field(repr=False, default=None)
    postal_code: str = field(repr=False, default="")
    letter_number: str = field(repr=False, default="")
    telephone: str = field(repr=False, default="")


def _tells_who(name: str, sort: FieldType, label: Sentence, staff: Sentence, printed: str) -> Field:
    return Field(name, sort, label, label, staff, printed=printed, absent=_TELLS_WHO)


WRITTEN = flat_form(
    Wish,
    (
        _tells_who("name", Words(NAME_MAX), lambda: _("世帯主の名前"), lambda: _s("名前"), "氏名"),
        _tells_who(
            "birth", Day(), lambda: _("世帯主の生年月日"), lambda: _s("生年月日"), "生年月日"
        ),
        _tells_who(
            "postal_code",
            PostalCode(),
            lambda: _("郵便番号"),
            lambda: _s("郵便番号"),
            "登録された住所の郵便番号",
        ),
        _tells_who(
            "letter_number",
            Words(20),
            lambda: _("手紙の番号"),
            lambda: _s("手紙の番号"),
            "手紙の番号（わかるとき）",
        ),
        telephone_field(
            everywhere_but(
                ((Place.CHECK,), "the form is one page, sent as it is read"),
                (
                    (Place.RECEIPT, Place.PDF),
                    "who signed in is reached by the channel of the account",
                ),
                ((Place.CALL,), "the person is on the telephone, and is called at a known number"),
                ((Place.EXPORT,), "a number stays with the request"),
            ),
        ),
    ),
)
