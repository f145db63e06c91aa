"""The parts of a program, as frozen records; nothing here reads files or a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.program.deadlines import RequestRule, Windows
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.settings.calls import CallSettings
from portal.domain.foundation.program.settings.costs import CostSettings
from portal.domain.foundation.program.settings.escalations import EscalationSettings
from portal.domain.foundation.program.settings.issuer import IssuerSettings
from portal.domain.foundation.program.settings.outside import OutsideRecipient
from portal.domain.foundation.program.settings.postage import PostageSettings
from portal.domain.foundation.program.settings.reply_mail import ReplyMail
from portal.domain.foundation.program.settings.requests import AlternativeProduct, RequestSettings
from portal.domain.foundation.program.settings.settlement import SettlementSettings
from portal.domain.foundation.program.settings.staff_mail import StaffMailSettings
from portal.domain.foundation.program.settings.touch import TouchSettings
from portal.domain.foundation.program.settings.way_out import WayOut
from portal.domain.foundation.program.settings.workplaces import Workplace
from portal.domain.foundation.texts import Labeled, Sentence, _s

SMS_PER_HOUR = 20_000
"""The budget of SMS where the ward names none: a third of the sign-ins of an opening day."""
ENCLOSURES = ALTERNATIVE_FORM, DECLINE_FORM, REPLY_ENVELOPE = (
    "alternative_form",
    "decline_form",
    "reply_envelope",
)
"""What can be enclosed with a first letter."""


class PasswordMode(StrEnum):
    """Whether the letter's password stays valid after the first sign-in, or only activates."""

    REUSABLE = "reusable"
    ACTIVATION_ONLY = "activation_only"


class Forwarding(StrEnum):
    """What the carrier does with a letter for a household that has moved (転送不要, or forward)."""

    DO_NOT_FORWARD = "do_not_forward"
    FORWARD = "forward"


class DeliveredMeans(Labeled):
    """The ways of counting a delivery, as staff read them; a program names the one that counts."""

    HANDED_OVER = "handed_over", lambda: _s("手紙を引き渡した")
    REVEALED = "revealed", lambda: _s("クーポンを表示した")
    EXCHANGED = "exchanged", lambda: _s("クーポンを交換した")

    @property
    def report_label(self) -> str:
        """The label in reports to the ward."""
        return _IN_REPORTS[self]()


_IN_REPORTS: Mapping[DeliveredMeans, Sentence] = {
    DeliveredMeans.HANDED_OVER: lambda: _s("引き渡し"),
    DeliveredMeans.REVEALED: lambda: _s("コードの表示"),
    DeliveredMeans.EXCHANGED: lambda: _s("交換"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names that residents read; ``sms`` is the short one that begins every SMS."""

    ward: LocalText
    mayor: LocalText
    program: LocalText
    contractor: LocalText
    office: LocalText
    sms: LocalText


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The ward's acceptance of something unusual: who, when and why."""

    accepted_by: str
    accepted_on: date
    note: str


@dataclass(frozen=True, slots=True)
class BirthWindowAcceptance(Acceptance):
    """The ward's wish for a first birth date inside a school year; it is about this day alone."""

    birth_from: date


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who gets how much: a birth-date window (both ends included), never an age formula."""

    base_date: date
    birth_from: date
    birth_to: date
    birth_from_is_derived: bool
    birth_to_is_derived: bool
    amount_yen: int
    expected_children: int | None
    expected_within_percent: int = 10
    window_accepted: BirthWindowAcceptance | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first_day`` to ``last_day``, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as printed: postal code (7 digits) and lines."""

    postal_code: str
    lines: tuple[str, ...]

    @property
    def printed_lines(self) -> tuple[str, ...]:
        """The lines as printed, the postal code first."""
        return (self.postal_mark, *self.lines)

    @property
    def postal_mark(self) -> str:
        """The postal code as people write it: 〒139-0001."""
        return f"〒{self.postal_code[:3]}-{self.postal_code[3:]}"


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the call center, the return address of letters, and the contact at the ward."""

    telephone: str
    telephone_is_free: bool
    fax: str
    address: PostalAddress
    return_address: PostalAddress
    escalation_name: str
    escalation_telephone: str


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways to receive a one-time code.

    ``sms_per_hour`` is the budget of SMS: above it, browsers that are not known get no code by SMS.
    """

    totp: bool
    sms: bool
    email: bool
    email_risk: Acceptance | None
    sms_per_hour: int = SMS_PER_HOUR

    @property
    def names(self) -> tuple[str, ...]:
        """The enabled channels, in the order in which they are offered."""
        return tuple(name for name in ("sms", "totp", "email") if getattr(self, name))


@dataclass(frozen=True, slots=True)
class AdvanceSettings:
    """The notice before the first letter: the file of its texts, and the reply envelope, if any."""

    texts_file: Path
    has_reply_envelope: bool

    @property
    def enclosed(self) -> tuple[str, ...]:
        """What lies beside the notice: the decline form, and a reply envelope if there is one."""
        return (DECLINE_FORM, REPLY_ENVELOPE) if self.has_reply_envelope else (DECLINE_FORM,)


@dataclass(frozen=True, slots=True)
class LetterLayout:
    """Positions on the A4 letter, in millimeters from the upper left corner of the folded sheet."""

    window_left_mm: float
    window_top_mm: float
    window_width_mm: float
    window_height_mm: float
    padding_mm: float
    shift_x_mm: float
    shift_y_mm: float
    customer_barcode: bool
    letter_number_in_window: bool


@dataclass(frozen=True, slots=True)
class HelpAnswer:
    """One frequent question of residents with the ward's answer."""

    id: str
    question: LocalText
    answer: LocalText


@dataclass(frozen=True, slots=True)
class WardTexts:
    """The ward's own words for residents, ready to show.

    The last four have no words in the program's file: the ward writes them on the staff site.
    """

    about: LocalText
    where_usable: LocalText
    cannot_buy: LocalText
    never_asked: LocalText
    privacy_contact: LocalText
    help: tuple[HelpAnswer, ...]
    landing: LocalText | None = None
    home: LocalText | None = None
    help_note: LocalText | None = None
    telephone: LocalText | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that a ward decides about one program."""

    name: str
    path: Path
    is_demo: bool
    today: date
    names: Names
    eligibility: Eligibility
    contract: Period
    availability_percent: float | None
    windows: Windows
    request_rules: tuple[RequestRule, ...]
    calendar: CallCenterCalendar
    contact: Contact
    channels: Channels
    languages: tuple[str, ...]
    letter: LetterLayout
    forwarding: Forwarding
    letter_password_mode: PasswordMode
    card_after_first_sign_in: bool
    letter_enclosures: tuple[str, ...]
    delivered_means: DeliveredMeans
    texts: WardTexts
    alternatives: tuple[AlternativeProduct, ...]
    requests: RequestSettings
    calls: CallSettings
    escalations: EscalationSettings
    settlement: SettlementSettings
    postage: PostageSettings
    reply_mail: ReplyMail | None
    touch: TouchSettings
    costs: CostSettings
    staff_mail: StaffMailSettings
    workplaces: tuple[Workplace, ...]
    outside: tuple[OutsideRecipient, ...]
    way_out: WayOut
    issuer: IssuerSettings
    resident_url: str
    letter_texts_file: Path
    advance: AdvanceSettings | None
    towns_file: Path
    layouts_dir: Path
    issuers_dir: Path
    call_layouts_dir: Path

    @property
    def base_date(self) -> date:
        """The day whose resident register counts."""
        return self.eligibility.base_date

    @property
    def birth_from(self) -> date:
        """The first eligible birth date."""
        return self.eligibility.birth_from

    @property
    def birth_to(self) -> date:
        """The last eligible birth date."""
        return self.eligibility.birth_to

    @property
    def amount_yen(self) -> int:
        """Yen per child."""
        return self.eligibility.amount_yen

    @property
    def storage_days(self) -> int:
        """For how many days the post office keeps a letter that it could not deliver."""
        return self.request_rules[0].storage_days
