"""Summarises repositories and answers questions about them."""
