"""Journey of the coupons: the household's page, one coupon, and what a shop refused.

Owns no table and no rule: reads ``people.coupons``, ``requests`` and ``mailroom.incidents``. Called
by ``portal/web/routes.py``.
"""
