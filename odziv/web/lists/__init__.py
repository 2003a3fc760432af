"""What lists have in common: views, columns, filters, and how all of that stands in a page's address (V2, R1)."""
