"""Frameworks: which there are, what was called off under each, and what outlasts them."""
