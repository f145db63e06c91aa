"""Wing: What every wing stands on: errors, clock, vault, actors, texts, the program, audit, approvals."""
