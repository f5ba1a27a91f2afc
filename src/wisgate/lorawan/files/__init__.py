"""Files for the forwarders of others: one module per kind. All point to us on this computer."""
