"""Contracts as a calendar and as a feed of changes, with the list's own filters."""
