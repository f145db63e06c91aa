"""What requests of every kind share: receipt number, claim and state, paper forms, scans.

Owns the tables ``request``, ``paper_form`` and ``scan``, the definition of a kind (``deciding``),
who decides (``deciders``) and what is written on a request (``fields``). The slices of the kinds
and the review desk call it; it knows no kind but by its ``Kind``.
"""
