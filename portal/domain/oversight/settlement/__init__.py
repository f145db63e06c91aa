"""The settlement (clause 11): one final state per child, and yen that add up exactly.

Owns the tables ``settlement`` and ``settlement_line`` and the rules on how an entitlement ends,
when the settlement may be closed, and how a closed one is signed. Called by ``reports``,
``export``, the settlement pages of the staff site and the settlement commands. Reads coupons,
entitlements, households, letters, shipments and ``desk.casework``; closing writes the final states
through ``people.entitlements`` and ``people.coupons``.
"""
