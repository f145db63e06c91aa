"""Pages of the staff site: one module per area, with its routes."""
