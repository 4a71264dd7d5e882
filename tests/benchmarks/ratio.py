"""One measurement and what it is held against. Machines differ and are noisy: only the ratio counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """``measured`` and ``against`` are in ``unit``; the goal bounds their ratio from one side."""

    name: str
    measured: float
    against: float
    against_name: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        """``measured`` as a multiple of ``against``."""
        return self.measured / self.against

    @property
    def goal(self) -> str:
        """The goal as people write it."""
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return " ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)

    @property
    def reached(self) -> bool:
        """Whether the ratio keeps the goal."""
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )


def table(ratios: list[Ratio]) -> str:
    """name, measured, held against, ratio, goal: one line each."""
    head = ("name", "measured", "held against", "ratio", "goal", "")
    rows = [
        (
            one.name,
            f"{one.measured:,.1f} {one.unit}",
            f"{one.against:,.1f} {one.unit} ({one.against_name})",
            f"{one.ratio:.2f}",
            one.goal,
            "" if one.reached else "missed",
        )
        for one in ratios
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    )
