"""What happens to records: they are saved with their addresses, matched by them, and removed (SPEC R)."""
