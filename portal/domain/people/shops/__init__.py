"""The shops in which coupons can be used, as the ward or the issuer hands them over.

Owns the tables ``shop_list`` and ``shop``, and the one address of the list, which stands in
letters, help, coupon screens and scripts. A list is taken whole, counts from a day on, and stays as
history. Nothing in it is anybody's. Called by the resident site, the daily work of the oversight
wing, and ``portal shops``. Imports only ``foundation`` and the folding of ``households``.
"""
