"""Another key under a running program: what the one before sealed or hashed is made anew.

Owns no table: it changes sealed columns and digests of all slices and nothing that they mean.
"""
