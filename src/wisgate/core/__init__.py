"""The vocabulary: units, quantities, errors, points, clock, TOML with lines. No I/O."""
