"""Coupon faults, incidents with their deadlines and reports, site notices, and downtime.

Owns the tables ``coupon_fault``, ``incident``, ``incident_subject``, ``incident_report``,
``site_notice`` and ``downtime`` with their states. Called by the resident site (refused coupons,
notices), the staff pages, the call desk, casework, printing (recalls) and the reports. May import
``contacts``, ``requests``, ``letters``, ``people`` and ``foundation``.
"""
