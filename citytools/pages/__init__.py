"""Pages about the site as a whole, and their texts: they know every app."""
