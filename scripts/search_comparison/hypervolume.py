"""The volume that points dominate up to a reference point; all objectives are minimised."""

from __future__ import annotations

from collections.abc import Sequence

Point = Sequence[float]


def hypervolume(points: Sequence[Point], reference: Point) -> float:
    """Exact for any number of objectives: slices along the last one."""
    inside = [p for p in points if all(x < r for x, r in zip(p, reference))]
    if not inside:
        return 0.0
    if len(reference) == 1:
        return reference[0] - min(p[0] for p in inside)
    if len(reference) == 2:
        area, ceiling = 0.0, reference[1]
        for x, y in sorted((p[0], p[1]) for p in inside):
            if y < ceiling:
                area += (reference[0] - x) * (ceiling - y)
                ceiling = y
        return area
    inside.sort(key=lambda p: p[-1])
    volume = 0.0
    for index, point in enumerate(inside):
        top = inside[index + 1][-1] if index + 1 < len(inside) else reference[-1]
        if top > point[-1]:
            volume += (top - point[-1]) * hypervolume([p[:-1] for p in inside[:index + 1]], reference[:-1])
    return volume


def dominates(a: Point, b: Point) -> bool:
    return all(x <= y for x, y in zip(a, b)) and any(x < y for x, y in zip(a, b))
