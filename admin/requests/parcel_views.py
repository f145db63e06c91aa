"""What the pages of the parcels desk show."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from portal.domain.mailroom.printing.runs.recipients.addressees import Addressee
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.queries import ParcelView, ToPack
from portal.domain.requests.alternatives.states import ParcelStage
from portal.platform.view import View


class ParcelsView(View, frozen=True):
    """What ``admin/requests/parcels.html`` shows."""

    stage: ParcelStage
    counts: Mapping[ParcelStage, int]
    said: str
    to_pack: Sequence[ToPack]
    rows: Sequence[ParcelView]
    me: int
    product: Callable[[str], str]
    pieces: Callable[[str, int], str]


class ParcelPackView(View, frozen=True):
    """What ``admin/requests/parcel_pack.html`` shows."""

    view: ToPack
    chosen: Sequence[int]
    mail_class: str
    classes: tuple[str, str, str]
    wanted: Mapping[str, int]
    rows: range
    left: int | None
    focus: str
    product: Callable[[str], str]
    pieces: Callable[[str, int], str]
    limit: int


class ParcelPageView(View, frozen=True):
    """What ``admin/requests/parcel.html`` shows."""

    view: ParcelView
    items: Sequence[AlternativeItem]
    serials: Sequence[tuple[str, str, int]]
    addressee: Addressee | None
    classes: tuple[str, str, str]
    own: bool
    product: Callable[[str], str]
    reasons: tuple[str, ...]
    today: date
    said: str
    redeliveries: int
