"""Twins of what hangs on a serial line."""
