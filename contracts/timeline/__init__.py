"""Contracts over time: a bar for each, and by when to act."""
