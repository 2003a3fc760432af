"""The pages: a door. A file of `views/` for each noun; every row is reached through `access`."""
