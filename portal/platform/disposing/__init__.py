"""Carries out a disposal on one machine: keys, rows, files, and the end of the audit chain."""
