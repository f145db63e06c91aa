"""Rules of the program: one slice per subject, no HTTP, no templates, no settings."""
