"""Dates and numbers where Django's own formats do not fit: English here is that of Europe, with 24 hours (U1)."""
