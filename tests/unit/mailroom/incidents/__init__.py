"""Rules of incidents that need no database."""
