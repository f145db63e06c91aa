"""Proofs of runs: pictures and counts, approved or refused by a second person."""
