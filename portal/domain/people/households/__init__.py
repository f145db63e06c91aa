"""Households and children as the ward handed them over, encrypted, with keyed indexes to find them.

Owns the tables of households, children, moved children, holds, print texts and the search index,
and the record of how protection became known. The roster writes it; nearly every slice, the call
desk and the sites read it. Imports only ``foundation``.
"""
