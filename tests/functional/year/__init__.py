"""A whole program year on a clock that the test moves."""
