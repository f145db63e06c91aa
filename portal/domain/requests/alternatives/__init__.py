"""The paper alternative: requested per child, packed from stock by two people, and posted.

Owns the items, the parcels and the stock ledger with their states. The resident site, entry from
paper, the call desk, the parcels desk and the mailroom's tracking call it. It stops coupons and
posts shipments through the services of those slices.
"""
