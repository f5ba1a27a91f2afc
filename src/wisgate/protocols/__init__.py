"""What talks over a bus and is no chip."""
