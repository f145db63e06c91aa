"""Who did what and when: one append-only event in the same transaction as the change.

Owns the tables of audit events and of form keys already used. Every service records here; casework,
reports and the export read the events. Imports only ``foundation``.
"""
