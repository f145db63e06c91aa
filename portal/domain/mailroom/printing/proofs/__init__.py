"""Proofs of runs: pictures and counts, approved or refused by a second person.

Owns the tables ``print_proof`` and ``print_proof_page`` and the states of a proof.
"""
