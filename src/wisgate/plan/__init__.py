"""The file against the catalog: places, claims, conflicts. Pure."""
