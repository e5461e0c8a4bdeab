"""Pages and files of systems, products and suppliers."""
