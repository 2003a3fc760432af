"""The same as the pages, through JSON: a door (U3). Described by /api/openapi.json, readable at /api/docs."""
