"""Recipients added, changed and served at the counter by the ward's instruction."""
