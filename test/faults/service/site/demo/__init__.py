"""A package as an installer leaves it."""
