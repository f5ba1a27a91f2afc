"""Register maps: facts that a driver and its twin share, one file per chip."""
