"""Charts: the figure is valid and plain, and says what its table and its sentence say."""

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from django.conf import settings
from django.test import Client

from citytools.charts import (
    PALETTE,
    PATTERNS,
    Chart,
    build_figure,
    dot_plot,
    sideways_bars,
    small_multiples,
    upright_bars,
)
from citytools.facts import statistics
from tests import factories
from tests.pages import text_of, words

LABELS = ["Housing", "Finance"]
SERIES = {"Live": [3, 0], "Retired": [1, 2]}


@pytest.mark.parametrize("draw", [sideways_bars, upright_bars])
def test_bars_hold_the_numbers_given_in_their_order(draw: object) -> None:
    figure = draw(LABELS, SERIES)  # type: ignore[operator]
    across = "x" if draw is sideways_bars else "y"
    assert [trace["name"] for trace in figure["data"]] == ["Live", "Retired"]
    assert [trace[across] for trace in figure["data"]] == [[3, 0], [1, 2]]
    assert figure["layout"]["barmode"] == "stack"
    axis = figure["layout"]["xaxis" if across == "x" else "yaxis"]
    assert axis["rangemode"] == "tozero"


@pytest.mark.parametrize("draw", [sideways_bars, upright_bars])
def test_a_figure_is_one_that_plotly_knows_and_json_can_hold(draw: object) -> None:
    figure = draw(LABELS, SERIES)  # type: ignore[operator]
    go.Figure(figure)
    text = json.dumps(figure)
    assert json.loads(text) == figure
    assert "bdata" not in text


@pytest.mark.parametrize("kind", ["heatmap", "histogram", "box", "scattergl", "treemap"])
def test_a_picture_that_the_page_cannot_draw_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=f"draws no {kind}"):
        build_figure([{"type": kind}], several=False)


@pytest.mark.parametrize("kind", ["bar", "scatter", "pie"])
def test_bars_lines_and_pies_are_drawn(kind: str) -> None:
    assert build_figure([{"type": kind}], several=False)["data"] == [{"type": kind}]


def test_a_page_under_test_may_show_no_figure_that_plotly_does_not_know() -> None:
    wrong = build_figure([{"type": "bar", "hight": [1]}], several=False)
    chart = Chart("wrong", "Wrong", "", wrong, ("Name", "Height"), [("a", 1)], "")
    with pytest.raises(ValueError, match="hight"):
        _ = chart.script


def test_the_server_does_without_plotlys_classes() -> None:
    code = "import django, sys; django.setup(); import citytools.urls; print(*sys.modules)"
    program = [sys.executable, "-c", code]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "citytools.settings"}
    answer = subprocess.run(program, env=env, capture_output=True, text=True, check=True)
    assert "citytools.charts" in answer.stdout.split()
    assert "plotly" not in answer.stdout.split()


def test_series_differ_by_colour_and_by_pattern() -> None:
    assert len(set(PALETTE)) == len(PALETTE) == len(set(PATTERNS)) == 6
    figure = sideways_bars(["A"], {str(number): [1] for number in range(6)})
    markers = [trace["marker"] for trace in figure["data"]]
    assert len({marker["color"] for marker in markers}) == 6
    shapes = {marker.get("pattern", {}).get("shape", "") for marker in markers}
    assert shapes == set(PATTERNS)
    assert figure["layout"]["showlegend"] is True


def test_a_single_series_needs_no_legend() -> None:
    assert sideways_bars(["A"], {"Systems": [1]})["layout"]["showlegend"] is False


def test_margins_leave_a_phone_its_width() -> None:
    assert "margin" not in sideways_bars(["A"], {"Systems": [1]})["layout"]
    script = Path(settings.BASE_DIR, "static/js/charts.js").read_text()
    (margin,) = re.findall(r"margin: \{(.*?)\}", script)
    sides = dict(re.findall(r"(\w): (\d+)", margin))
    assert sides.keys() == set("lrtb")
    assert max(map(int, sides.values())) <= 32


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/systems/", "/contracts/", "/skills/"])
def test_each_chart_of_a_page_stands_with_its_words_its_table_and_its_file(
    client: Client, address: str
) -> None:
    for ends_on in ("2027-06-30", "2027-12-31"):
        factories.contract(systems=[factories.system()], ends_on=ends_on, notice_months=1)
        factories.skill_level()
    response = client.get(address)
    chart: Chart = response.context["chart"]
    page = response.content.decode()
    assert response.context["chart"].title in page
    assert chart.sentence in page
    figure = page.split(f'<script id="{chart.figure_id}" type="application/json">')[1]
    assert json.loads(figure.split("</script>")[0]) == json.loads(json.dumps(chart.figure))
    go.Figure(chart.figure)
    assert "bdata" not in figure
    assert all(str(cell) in page for row in chart.rows for cell in row)
    assert text_of(client.get(chart.csv)).count("\n") > 1


@pytest.mark.django_db
def test_a_chart_of_one_bar_is_a_sentence(client: Client) -> None:
    factories.system(function=factories.function(service_area=factories.service_area("Housing")))
    page = words(client.get("/systems/"))
    assert "Housing has the most systems: 1 of 1" in page
    assert "Housing: systems 1, boroughs of those systems 1." in page
    assert "Show the numbers as a table" not in page
    assert "data-chart" not in client.get("/systems/").content.decode()
    factories.system()
    assert "data-chart" in client.get("/systems/").content.decode()


@pytest.mark.parametrize(
    ("figure", "drawn"),
    [
        (sideways_bars(["A"], {"n": [3]}), False),
        (sideways_bars(["A", "B"], {"n": [3, 0]}), False),
        (sideways_bars(["A", "B"], {"n": [3, 1]}), True),
        (sideways_bars(["A"], {"n": [3], "m": [2]}), True),
        (upright_bars(["A", "B"], {"n": [0, 2]}), False),
        (upright_bars(["A", "B"], {"n": [1, 2]}), True),
        (small_multiples(["A"], {"Camden": [1], "Brent": None}), False),
        (small_multiples(["A"], {"Camden": [1], "Brent": [1]}), True),
        (build_figure([{"type": "scatter", "x": [1, 2], "y": [3, None]}], several=False), False),
        (build_figure([{"type": "scatter", "x": [1, 2], "y": [3, 3]}], several=False), True),
        (build_figure([{"type": "pie", "values": [1]}], several=False), False),
    ],
)
def test_a_picture_has_more_than_one_bar_or_point(figure: dict[str, Any], *, drawn: bool) -> None:
    chart = Chart("key", "Title", "Sentence.", figure, ("Name", "Number"), [("A", 3)], "Source.")
    assert chart.drawn is drawn
    assert chart.only_row == "A: number 3"


def test_small_multiples_share_their_axes_and_leave_what_is_not_known_empty() -> None:
    panels = {"Camden": [1.0, 4.0], "Brent": None, "Sutton": [0.0, 2.0], "Ealing": [3.0, 0.0]}
    figure = go.Figure(small_multiples(["One", "Two"], panels))
    scales = [figure.layout[f"yaxis{number}"].range for number in ("", 2, 3, 4)]
    assert len(set(scales)) == 1
    assert scales[0][0] == 0
    assert scales[0][1] >= 4
    assert [list(bar.y) for bar in figure.data] == [[1, 4], [0, 0], [0, 2], [3, 0]]
    assert [bar.yaxis for bar in figure.data] == ["y", "y2", "y3", "y4"]
    titles = [annotation.text for annotation in figure.layout.annotations]
    assert titles == ["Camden", "Brent: not known", "Sutton", "Ealing"]
    assert "<" not in str(titles)
    assert figure.layout.meta == {"panels": 4}
    domains = [
        (figure.layout[f"xaxis{n}"].domain, figure.layout[f"yaxis{n}"].domain)
        for n in ("", 2, 3, 4)
    ]
    assert len(set(domains)) == 4


def test_small_multiples_of_nothing_known_still_have_a_scale() -> None:
    figure = go.Figure(small_multiples(["One"], {"Camden": None, "Brent": None}))
    assert figure.layout.yaxis.range[1] > 0


def test_dots_show_every_value_the_range_and_the_median() -> None:
    values = [Decimal(value) for value in (9, 1, 4, 2, 7, 3)]
    range_ = statistics.median_range(values)
    assert range_
    figure = dot_plot(values, range_, "a year")
    (trace,) = figure["data"]
    assert trace["x"] == [1, 2, 3, 4, 7, 9]
    band, line = figure["layout"]["shapes"]
    assert (band["x0"], band["x1"], line["x0"]) == (1, 9, 3.5)
    assert figure["layout"]["xaxis"]["rangemode"] == "tozero"
    go.Figure(figure)
