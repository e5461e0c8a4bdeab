"""The whole research area as one document: a page, a PDF, and the content that a hash is over."""
