"""What one machine needs: set-up, an embedded PostgreSQL, and serving."""
