"""Rehearsals: invented callers with traps, played on the real pages of a training world.

Owns the table of rehearsals and their scenarios. A rehearsal is scored by what stands in the
records of its call; whoever passed them all gets an entry in the register of trainings. The staff
site calls it. Imports ``registers`` and the wings below.
"""
