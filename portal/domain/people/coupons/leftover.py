"""Codes never assigned go back to the issuer, named by their management numbers (clause 11)."""

from sqlalchemy import select

from portal.domain.foundation.work import Work
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import unseal_code
from portal.domain.people.coupons.states import STOCK


def left_over_numbers(work: Work) -> list[tuple[str, str, int]]:
    """Return order, management number and face value (yen) of every code in stock.

    The codes themselves stay sealed.

    Raises:
        IntegrityFaultError: another key, or changed data.
    """
    found: list[tuple[str, str, int]] = []
    for batch in work.session.scalars(select(CouponBatch).order_by(CouponBatch.id)):
        key = work.vault.unwrap(batch.wrapped_key)
        rows = work.session.execute(
            select(Coupon.management_digest, Coupon.sealed, Coupon.face_yen)
            .where(Coupon.batch_id == batch.id, Coupon.state == STOCK)
            .order_by(Coupon.id)
        )
        found += [
            (batch.order_ref, unseal_code(key, digest, sealed).management_no, face_yen)
            for digest, sealed, face_yen in rows
        ]
    return found
