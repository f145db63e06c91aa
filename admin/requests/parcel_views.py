"""What the pages of the parcels desk show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.mailroom.printing.runs.recipients.addressees import Addressee
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.queries import ParcelView, ToPack
from portal.platform.view import View


@dataclass(frozen=True, slots=True)
class ParcelsView(View):
    """What ``admin/requests/parcels.html`` shows."""

    stage: str
    counts: Mapping[str, int]
    said: str
    to_pack: Sequence[ToPack]
    rows: Sequence[ParcelView]
    me: int
    product: Any
    pieces: Callable[..., str]


@dataclass(frozen=True, slots=True)
class ParcelPackView(View):
    """What ``admin/requests/parcel_pack.html`` shows."""

    view: ToPack
    chosen: Sequence[int]
    mail_class: str
    classes: tuple[str, str, str]
    wanted: Mapping[str, int]
    rows: range
    left: int | None
    focus: str
    product: Any
    pieces: Callable[..., str]
    limit: int


@dataclass(frozen=True, slots=True)
class ParcelPageView(View):
    """What ``admin/requests/parcel.html`` shows."""

    view: ParcelView
    items: Sequence[AlternativeItem]
    serials: Sequence[tuple[str, str, int]]
    addressee: Addressee | None
    classes: tuple[str, str, str]
    own: bool
    product: Any
    reasons: tuple[str, ...]
    today: date
    said: str
    redeliveries: int
