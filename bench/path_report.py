"""The table of path_bench.py: what was measured, beside what, and what it is to reach."""
import dataclasses


@dataclasses.dataclass
class Line:
    """One judged figure. `at_most`: the ratio is to be so small, else so large. `unit` where the
    figure is no ratio."""

    work: str
    alarum: str
    beside: str = ""
    ratio: float | None = None
    reach: float | None = None
    aim: float | None = None
    at_most: bool = True
    unit: str = ""

    def verdict(self):
        def good(bound):
            return self.ratio <= bound if self.at_most else self.ratio >= bound
        if self.ratio is None or self.reach is None:
            return ""
        return "aim" if good(self.aim) else "reach" if good(self.reach) else "no"

    def cells(self, judged):
        def figure(value):
            return "" if value is None else f"{value:.3g}{self.unit or ' ×'}"
        sign = "≤ " if self.at_most else "≥ "
        bounds = [sign + figure(one) if one is not None else "" for one in (self.reach, self.aim)]
        return [self.work, self.alarum, self.beside, figure(self.ratio), *bounds,
                self.verdict() if judged else ""]


HEAD = ["work", "alarum", "beside it", "ratio", "reach", "aim", "met"]


def table(lines, judged):
    rows = [HEAD] + [line.cells(judged) for line in lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)
