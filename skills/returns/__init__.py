"""A borough's return on skills, entered on one page and saved as one batch."""
