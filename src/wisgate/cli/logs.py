"""What a command tells on stderr while it runs."""

from __future__ import annotations

import logging


def show_logs(*, verbose: bool = False) -> None:
    """Warnings and news of the gateway; with `verbose` every transaction on the buses."""
    logging.basicConfig(
        format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S", level=logging.WARNING
    )
    logging.getLogger("wisgate").setLevel(logging.DEBUG if verbose else logging.INFO)
