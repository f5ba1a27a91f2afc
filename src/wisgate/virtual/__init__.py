"""Virtual buses, the world around a virtual board, and its faults."""
