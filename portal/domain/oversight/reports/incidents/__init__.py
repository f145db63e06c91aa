"""Reports about accidents and refused coupons, and their tables in the monthly reports.

Owns no tables: reports are kept by ``mailroom.incidents``. Called by the pages of incidents, the
monthly reports and ``export``.
"""
