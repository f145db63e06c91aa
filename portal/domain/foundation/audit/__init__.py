"""Who did what and when: one append-only event in the same transaction as the change."""
