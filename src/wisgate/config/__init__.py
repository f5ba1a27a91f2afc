"""The one file of the user: its schema, and its reading into frozen dataclasses."""
