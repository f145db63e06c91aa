"""Households and children as the ward handed them over, encrypted, and how they are found.

Owns the tables of households, children, moved children, holds, print texts and the feed of the
search, the index of the search in memory, and the record of how protection became known. The roster
writes it; nearly every slice, the call desk and the sites read it. Imports only ``foundation``.
"""
