"""Drafts of the pipeline notice that section 93 of the Procurement Act 2023 asks for."""
