"""The same as the pages, through JSON: a door. Described by OpenAPI at /api/openapi.json, readable at /api/docs (U3)."""
