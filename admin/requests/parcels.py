"""Pages of the parcels desk: its stages, packing by two people with a scanner, one parcel."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests.parcel_views import ParcelPackView, ParcelPageView, ParcelsView
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments.mail import (
    PARCEL,
    REGISTERED,
    RETURN_REASONS,
    SIMPLE_REGISTERED,
)
from portal.domain.mailroom.printing.runs.recipients.addressees import read_addressees
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.alternatives import packing, queries
from portal.domain.requests.alternatives.serials import read_range
from portal.domain.requests.alternatives.states import ParcelStage
from portal.domain.requests.alternatives.words import product_name
from portal.platform.carrying_out import Again, carry_out
from portal.platform.http.forms import Form

CLASSES = (SIMPLE_REGISTERED, REGISTERED, PARCEL)
"""Mail that is handed over by hand and insured: nothing else carries paper of value."""
UNFINISHED, KEPT = "pack", ("scan_", "child_", "mail_class")
PACKED_HERE = (ParcelStage.TO_PACK, ParcelStage.SHORT)
ROWS = 3
"""Ranges of serial numbers that one form takes for a product."""


def may_know(page: Page) -> bool:
    """Tell whether this person may know of protected households."""
    return allowed(page, Permission.KNOW_PROTECTED)


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one stage of the desk, by default the first with work in it."""
    known = may_know(page)
    counts = queries.stage_counts(page.session, include_protected=known)
    stage = ParcelStage.known(page.query.get("stage", ""))
    if stage is None:
        stage = next((one for one in ParcelStage if counts[one]), ParcelStage.TO_PACK)
    packs = stage in PACKED_HERE
    return page.render(
        "admin/requests/parcels.html",
        ParcelsView(
            stage=stage,
            counts=counts,
            said=page.query.get("said", ""),
            to_pack=queries.to_pack(
                page.session, include_protected=known, short=stage is ParcelStage.SHORT
            )
            if packs
            else [],
            rows=[] if packs else queries.parcels(page.session, stage, include_protected=known),
            me=page.who.staff.id if page.who.staff else 0,
            product=_product(page),
            pieces=_pieces(page),
        ),
        status_code,
    )


def _product(page: Page) -> Callable[[str], str]:
    return lambda product_id: product_name(page.site.program, product_id)


def _pieces(page: Page) -> Callable[[str, int], str]:
    """Return the words for a number of pieces: a product's name only has a child's whole amount."""
    worth = {one.id: one.piece_yen for one in page.site.program.alternatives}

    def text(product_id: str, count: int) -> str:
        if product_id not in worth:
            return _s("%(n)d枚") % {"n": count}
        said = {
            "piece": f"{worth[product_id]:,}",
            "n": count,
            "all": f"{worth[product_id] * count:,}",
        }
        return _s("%(piece)s円の券が%(n)d枚、合わせて%(all)s円") % said

    return text


def _to_pack(page: Page) -> queries.ToPack:
    found = queries.pack_view(
        page.session, number_in_address(page, "request_id"), include_protected=may_know(page)
    )
    if found is None:
        raise NotFoundError(_s("この申請に、いま詰められるものはありません。"))
    return found


def show_pack(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask the first person for the serial numbers.

    The form has what was scanned so far; the cursor is in the next field.
    """
    view, left, focus = _to_pack(page), None, ""
    kept = page.who.auth.data.get(UNFINISHED) if page.who.auth is not None else None
    if page.method == "GET" and kept and kept["request"] == view.request_id:
        page.fill(Form(kept["values"]))
        scans, focus = _scans(page, view)
        left = _left(view, _chosen(page, view), scans)
    mail_class = page.form.get("mail_class") or SIMPLE_REGISTERED
    chosen = _chosen(page, view)
    if not chosen and page.method == "GET":
        chosen = [
            item.ordinal for item in queries.fitting(page.site.program, view.items, mail_class)
        ]
    return page.render(
        "admin/requests/parcel_pack.html",
        ParcelPackView(
            view=view,
            chosen=chosen,
            mail_class=mail_class,
            classes=CLASSES,
            wanted=_wanted(view, chosen),
            rows=range(ROWS),
            left=left,
            focus=focus,
            product=_product(page),
            pieces=_pieces(page),
            limit=page.site.program.requests.registered_limit_yen,
        ),
        status_code,
    )


def _chosen(page: Page, view: queries.ToPack) -> list[int]:
    return [item.ordinal for item in view.items if page.form.get(f"child_{item.ordinal}")]


def _wanted(view: queries.ToPack, chosen: Sequence[int]) -> dict[str, int]:
    wanted: dict[str, int] = {item.product: 0 for item in view.items}
    for item in view.items:
        wanted[item.product] += item.pieces if item.ordinal in chosen else 0
    return wanted


def count(page: Page) -> Response[Any]:
    """Record what was scanned; while pieces are missing, show the form with the next field."""
    view = _to_pack(page)
    chosen, form = _chosen(page, view), page.form
    scans, empty = _scans(page, view)
    if not chosen:
        form.error("children", _s("この小包に入れるこどもを選んでください。"))
    if form.get("mail_class") not in CLASSES:
        form.error("mail_class", _s("郵便の種類を選んでください。"))
    if not form.ok:
        return show_pack(page, 422)
    if _left(view, chosen, scans) > 0 and empty:
        _keep(page, view.request_id)
        return page.redirect(f"/parcels/pack/{view.request_id}")

    def counted() -> Response[Any]:
        _keep(page, None)
        return _next(page, ParcelStage.TO_PACK, "counted")

    return carry_out_once(
        page,
        lambda: packing.count(
            page.work,
            view.request_id,
            packing.FirstCount(chosen, scans, form.get("mail_class")),
        ),
        counted,
        Again(show_pack, "scan_0_0", {"over_insurance": "mail_class"}),
    )


def _left(view: queries.ToPack, chosen: Sequence[int], scans: Sequence[packing.Scanned]) -> int:
    """Return how many pieces are still to be scanned."""
    return sum(_wanted(view, chosen).values()) - sum(
        read_range(s.first, s.last).count for s in scans
    )


def _keep(page: Page, request_id: int | None) -> None:
    """Store what was scanned so far in the session, or remove it.

    A scanner's Enter sends the form each time.
    """
    if page.who.auth is None:
        return
    data = {name: value for name, value in page.who.auth.data.items() if name != UNFINISHED}
    if request_id is not None:
        values = {
            name: value[:40] for name, value in page.form.values.items() if name.startswith(KEPT)
        }
        data[UNFINISHED] = {"request": request_id, "values": values}
    page.who.auth.data = data


def _scans(page: Page, view: queries.ToPack) -> tuple[list[packing.Scanned], str]:
    """Return the ranges of the form and the name of the next empty field.

    Errors are shown beside their fields.
    """
    found: list[packing.Scanned] = []
    empty = ""
    for number, product in enumerate(dict.fromkeys(item.product for item in view.items)):
        for row in range(ROWS):
            name = f"scan_{number}_{row}"
            first, last = page.form.get(name).strip(), page.form.get(f"{name}_last").strip()
            if not first:
                empty = empty or name
                continue
            if not last:
                empty = empty or f"{name}_last"
            try:
                read_range(first, last)
            except InputError as error:
                page.form.error(name, error.message)
            else:
                found.append(packing.Scanned(product, first, last))
    return found, empty


def _next(page: Page, stage: ParcelStage, said: str) -> Response[Any]:
    """Go on to the next parcel of a stage that this person may handle, or back to the list."""
    known, me = may_know(page), page.who.staff.id if page.who.staff else 0
    if stage is ParcelStage.TO_PACK:
        waiting = queries.to_pack(page.session, include_protected=known)
        if waiting:
            return page.redirect(f"/parcels/pack/{waiting[0].request_id}?said={said}")
    else:
        rows = queries.parcels(page.session, stage, include_protected=known)
        mine = [v for v in rows if stage is not ParcelStage.TO_CONFIRM or v.parcel.counted_by != me]
        if mine:
            return page.redirect(f"/parcels/{mine[0].parcel.id}?said={said}")
    return page.redirect(f"/parcels?stage={stage}&said={said}")


def found_parcel(page: Page) -> queries.ParcelView:
    """Return the parcel of the address, if this person may know of it.

    Raises:
        NotFoundError: there is none, or this person may not know of its household.
    """
    view = queries.parcel_view(
        page.session, number_in_address(page, "parcel_id"), include_protected=may_know(page)
    )
    if view is None:
        raise NotFoundError(_s("この小包は見つかりませんでした。"))
    return view


def show_parcel(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one parcel with what can be done now; the address only after it was requested."""
    view = found_parcel(page)
    read = page.who.auth is not None and page.who.auth.data.get("read_parcel") == view.parcel.id
    addressee = None
    if read:
        household_id = view.parcel.household_id
        addressee = read_addressees(page.work, [household_id]).get(household_id)
    return page.render(
        "admin/requests/parcel.html",
        ParcelPageView(
            view=view,
            items=queries.items_in(page.session, view.parcel.id),
            serials=queries.serials_in(page.session, view.parcel.id),
            addressee=addressee,
            classes=CLASSES,
            own=page.who.staff is not None and view.parcel.counted_by == page.who.staff.id,
            product=_product(page),
            reasons=RETURN_REASONS,
            today=jst_date(page.now),
            said=page.query.get("said", ""),
            redeliveries=page.site.program.requests.redeliveries,
        ),
        status_code,
    )


def confirm(page: Page) -> Response[Any]:
    """Record the second person's count, and go on to the next parcel to confirm."""
    view, form = found_parcel(page), page.form
    numbers = [read_number(form.get(name)) for name in ("pieces", "amount_yen")]
    for name, number in zip(("pieces", "amount_yen"), numbers, strict=True):
        if number is None:
            form.error(name, _s("数字で入力してください。"))
    if not form.ok:
        return show_parcel(page, 422)
    return carry_out_once(
        page,
        lambda: packing.confirm(
            page.work, view.parcel.id, packing.SecondCount(numbers[0] or 0, numbers[1] or 0)
        ),
        lambda: _next(page, ParcelStage.TO_CONFIRM, "confirmed"),
        Again(show_parcel, "pieces"),
    )


def read_number(text: str) -> int | None:
    """Read a whole number as typed: any width, with or without commas."""
    plain = (
        text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        .replace(",", "")
        .replace("，", "")
        .strip()
    )
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None


def discard(page: Page) -> Response[Any]:
    """Empty a parcel that nobody confirmed."""
    view = found_parcel(page)
    return carry_out(
        page,
        lambda: packing.discard(page.work, view.parcel.id),
        "/parcels?stage=to_pack&said=discarded",
        Again(show_parcel, "pieces"),
    )


def read_address(page: Page) -> Response[Any]:
    """Show name and address for the label, and log that they were read."""
    view = found_parcel(page)
    if page.who.auth is not None:
        record(
            page.work,
            "parcel.address_read",
            "parcel",
            view.parcel.id,
            household_id=view.parcel.household_id,
        )
        page.who.auth.data = page.who.auth.data | {"read_parcel": view.parcel.id}
    return page.redirect(f"/parcels/{view.parcel.id}")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, act = Permission.SEE_PARCELS, Permission.HANDLE_PARCELS
    pack, one = "/parcels/pack/{request_id:int}", "/parcels/{parcel_id:int}"
    return [
        staff_route("GET", "/parcels", show, see),
        staff_route("GET", pack, show_pack, act),
        staff_route("POST", pack + "/count", count, act, shows=show_pack),
        staff_route("GET", one, show_parcel, see),
        staff_route("POST", one + "/confirm", confirm, act, shows=show_parcel),
        staff_route("POST", one + "/discard", discard, act, shows=show_parcel),
        staff_route("POST", one + "/address", read_address, act),
    ]
