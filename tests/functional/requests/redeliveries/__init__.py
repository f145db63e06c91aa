"""Redeliveries on both databases: asked, matched, decided, printed."""
