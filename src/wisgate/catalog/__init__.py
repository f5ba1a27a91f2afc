"""Facts about hardware, each with its source: the shape of the entries and their loader."""
