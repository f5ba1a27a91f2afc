"""What the past of the points is asked of, in a store that is written to as in one that is only
read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ..core.points import Point
from .point_rows import PointRows
from .retention import Bounds, Retention
from .samplings import Samplings
from .tiers import Tiers


class Past:
    """Threads: one. `points` are those that are declared now. Every method of what it holds raises
    sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, points: Sequence[Point], bounds: Bounds
    ) -> None:
        self.connection = connection
        self.points = PointRows(connection, points)
        self.samplings = Samplings(connection)
        self.tiers = Tiers(connection, self.samplings, bounds)
        self.retention = Retention(connection, bounds)
