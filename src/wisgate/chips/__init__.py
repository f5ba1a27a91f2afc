"""Chip drivers, one file each, named after the part: sequences and conversions to units."""
