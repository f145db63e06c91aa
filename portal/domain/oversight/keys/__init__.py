"""Another master key under a running program: what the one before sealed is sealed anew.

Owns no table: it changes sealed columns of all slices and nothing that they mean. Imports only
``foundation``.
"""
