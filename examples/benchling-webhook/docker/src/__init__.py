"""Notebook webhooks to packages."""
