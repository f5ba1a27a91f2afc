"""The carrier's own functions, one file each."""
