"""Tests mirror the package; journeys, browser and benchmarks stand beside."""
