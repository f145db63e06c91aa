"""Recipients by the ward's instruction: additions, changes, and letters handed over at the counter.

Owns the tables ``recipient_change``, ``recipient_addition`` and ``counter_hand_over``. The staff
site calls it, and ``casework.stops`` with the issuers' answers. It makes households, moves children
and entitlements, and assigns codes through the services of the people wing. Much of it is visible
to the ward only.
"""
