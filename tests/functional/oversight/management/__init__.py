"""Milestones, minutes, open questions and the checklist, on the pages and in the reports."""
