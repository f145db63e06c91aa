"""The dispatch calendar and what residents read of it."""
