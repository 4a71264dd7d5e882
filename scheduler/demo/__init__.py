"""Honest sample data: organisations that are public, everything else marked as made up."""

from scheduler.demo.fill import Sheet, fill, is_empty

__all__ = ["Sheet", "fill", "is_empty"]
