"""Dots stand where their numbers say, on round ticks from zero."""

import pytest

from research.report.document import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Plane

HEAD = ("Borough", "Suppliers", "Stars")


def test_dots_lie_between_zero_and_the_last_tick() -> None:
    plane = Plane.from_points(
        HEAD, [("Camden", 0.0, 5.0), ("Brent", 50.0, 0.0), ("Sutton", 25.0, 2.5)]
    )
    assert list(plane.dots) == [
        (LEFT, TOP, "Camden"),
        (WIDTH - RIGHT, HEIGHT - BOTTOM, "Brent"),
        ((LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2, "Sutton"),
    ]
    assert (plane.across, plane.up) == ("Suppliers", "Stars")


@pytest.mark.parametrize(
    ("largest", "ticks"),
    [
        (4.2, ["0", "1", "2", "3", "4", "5"]),
        (33, ["0", "10", "20", "30", "40", "50"]),
        (0.9, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (9_000, ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]),
        (0, ["0", "1", "2", "3", "4", "5"]),
    ],
)
def test_ticks_are_round(largest: float, ticks: list[str]) -> None:
    plane = Plane.from_points(HEAD, [("Camden", largest, largest)])
    assert [words for _, words in plane.across_ticks] == ticks
    assert [words for _, words in plane.up_ticks] == ticks
    assert plane.across_ticks[0][0] == LEFT
    assert plane.up_ticks[0][0] == HEIGHT - BOTTOM


def test_no_dots_are_an_empty_plane() -> None:
    assert list(Plane.from_points(HEAD, []).dots) == []
