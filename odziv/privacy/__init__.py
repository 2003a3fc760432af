"""What people allow, and what is kept about it (SPEC L)."""
