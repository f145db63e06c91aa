"""Notes of the staff about a household, which may be handed to a desk.

Owns the table of notes and its states. Notes are written in calls and on a household's page, and
may be handed across organizations to a desk, never to a person. Imports ``escalations`` (what a
note may not hold) and below.
"""
