"""Twins: simulated chips, one file each, written from the datasheet."""
