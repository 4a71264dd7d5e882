"""Measurements, told as ratios: what was asked of them stands beside what was found."""
