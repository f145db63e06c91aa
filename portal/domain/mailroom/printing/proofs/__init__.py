"""Proofs of print runs: pictures and counts, approved or refused by a second person.

Owns the tables ``print_proof`` and ``print_proof_page`` and the states of a proof. Called by
archives, dispatch, the staff pages of printing, the home screen, ``portal letters``, the export and
the demo.
"""
