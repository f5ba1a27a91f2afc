"""Checks of forwarders' files, ours and those of vendors: what is wrong, where, and what to do."""
