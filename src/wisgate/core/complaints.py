"""What is wrong with what the other side sends, said once each: it decides how often that comes."""

from __future__ import annotations

import logging

MOST = 100
"""Different complaints that are remembered, and logged, at most."""


class Complaints:
    """Of one sink or upstream. Threads: the event loop only."""

    def __init__(self, log: logging.Logger, name: str) -> None:
        self._log, self._name = log, name
        self._told: set[str] = set()

    def tell(self, about: str, text: str) -> None:
        """Log `text`, the first time that something is wrong with `about`."""
        if about not in self._told and len(self._told) < MOST:
            self._told.add(about)
            self._log.warning("%s: %s", self._name, text)
