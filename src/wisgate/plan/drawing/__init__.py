"""Drawings: pinouts and wiring, as SVG and as text. Pure: a plan or a catalog in, text out."""

from .wiring import plan_svg

__all__ = ["plan_svg"]
