"""The contracts of the buses, the one thread of each bus, and the tracer."""
