"""Templates and static files: the Jinja environment, page layout, stylesheets, hashed names."""
