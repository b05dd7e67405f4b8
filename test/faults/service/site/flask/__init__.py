"""Stands in for the framework: only the place where a request comes in is real."""
