"""Read an extract's file: its format, layout, records and dates.

Knows no rule of the program and no table. Called by the checks, by ``portal roster`` for the
layout, and by the demo.
"""
