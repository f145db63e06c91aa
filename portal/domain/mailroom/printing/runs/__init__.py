"""Print runs: who gets a letter, building it, its files, the manifest."""
