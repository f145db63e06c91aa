"""The content of one letter, as the drawing takes it."""

from dataclasses import dataclass, field

from portal.domain.people.credentials.formats import print_login_id, print_password


@dataclass(frozen=True, slots=True)
class LetterContent:
    """One household's letter; everything personal or secret is kept out of ``repr``.

    Args:
        letter_number: printable ASCII, at most 16 characters; also drawn as Code 128.
        postal_code: seven digits.
        address_lines: from the ward's name to the room, as registered; broken further where they
            are too long.
        addressee: the householder's name in the approved print text, without 様.
        addressee_image: an approved PNG that is printed instead of a name that no font has.
        children: how many children the letter is for; their names are never printed.
        amount_yen: the household's total in yen.
        login_id: ten digits. password: twelve characters; it exists in memory and on the paper
            only.
        sign_in_url: opens the sign-in page with the ID filled in, never the password.
        customer_bars: from ``barcode.customer_bars``; None where there is none.
        enclosures: what lies in the envelope beside the letter.
        large: the language in which the front is drawn in large letters; "" for the usual front.
    """

    letter_number: str
    postal_code: str = field(repr=False)
    address_lines: tuple[str, ...] = field(repr=False)
    addressee: str = field(repr=False)
    children: int
    amount_yen: int
    login_id: str = field(repr=False)
    password: str = field(repr=False)
    sign_in_url: str = field(repr=False)
    customer_bars: str | None = field(default=None, repr=False)
    enclosures: tuple[str, ...] = ()
    addressee_image: bytes | None = field(default=None, repr=False)
    large: str = ""

    @property
    def printed_id(self) -> str:
        """The ID in groups of 4, 3 and 3 digits, as people read it out."""
        return "-".join(print_login_id(self.login_id).split())

    @property
    def printed_password(self) -> str:
        """The password in groups of four."""
        return "-".join(print_password(self.password).split())
