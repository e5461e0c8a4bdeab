"""The search over all kinds of record: `/search/`."""
