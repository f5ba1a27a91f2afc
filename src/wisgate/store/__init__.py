"""The durable log of readings: committed before offered, bounded, salvaged when damaged."""
