"""Fronts: what a module puts between the pins of its slot and the world, one file each."""
