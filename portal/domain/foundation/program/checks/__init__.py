"""Contradictions in a program, each found by a function named `check_…` and said in one sentence."""
