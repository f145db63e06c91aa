"""Daily work that staff begin on their site, played through its pages to what commands do."""
