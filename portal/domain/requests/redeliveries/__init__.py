"""Redelivery: what did not arrive is sent again to the registered address.

Owns the table ``redelivery``, its states, and the matching of requests without sign-in. Both sites,
entry from paper, the call desk, the print runs and the parcels desk call it. It orders letters and
reads shipments; the limit and the window are settings of the program.
"""
