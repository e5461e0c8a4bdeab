"""Contracts as the Local Government Transparency Code 2015 asks for them, and what is missing."""
