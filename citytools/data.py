"""Every file and what each of its columns means, from the definitions the files are made of."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from boroughs.columns import BOROUGH_COLUMNS
from boroughs.compare.columns import COMPARE_COLUMNS
from citytools.asked import page
from citytools.columns import Column
from contracts.columns import CONTRACT_COLUMNS
from contracts.concentration.columns import CONCENTRATION_COLUMNS
from contracts.frameworks.columns import FRAMEWORK_COLUMNS
from contracts.pipeline.columns import PIPELINE_COLUMNS
from contracts.together.choice import TOGETHER_COLUMNS
from contracts.transparency.columns import TRANSPARENCY_COLUMNS
from research.metrics_pages.columns import METRIC_COLUMNS
from skills.columns import SKILL_COLUMNS
from skills.training.columns import TRAINING_COLUMNS
from systems.columns import PRODUCT_COLUMNS, SUPPLIER_COLUMNS, SYSTEM_COLUMNS
from systems.service_map import MAP_COLUMNS


@dataclass(frozen=True)
class File:
    """One file: its name, one row's meaning, its address and columns.

    `whole` says that it can be fetched without choosing anything first.
    """

    name: str
    row: str
    route: str
    page: str
    columns: tuple[Column, ...]
    whole: bool = True

    @property
    def address(self) -> str:
        """Where to fetch it."""
        return reverse(self.route)

    @property
    def list(self) -> str:
        """The page with the same rows and filters."""
        return reverse(self.page)


FILES = (
    File(
        "systems",
        "One borough's use of one product for one function.",
        "systems:csv",
        "systems:list",
        SYSTEM_COLUMNS,
    ),
    File(
        "contracts",
        "One contract; a shared one is one row.",
        "contracts:csv",
        "contracts:list",
        CONTRACT_COLUMNS,
    ),
    File(
        "together",
        "One contract of one joint-procurement window.",
        "contracts:together_csv",
        "contracts:together",
        TOGETHER_COLUMNS,
    ),
    File(
        "contracts.transparency",
        "One contract, in the columns of the Local Government Transparency Code 2015.",
        "contracts:transparency_csv",
        "contracts:transparency",
        TRANSPARENCY_COLUMNS,
    ),
    File(
        "map",
        "One borough’s answer for one function.",
        "systems:map_csv",
        "systems:map",
        MAP_COLUMNS,
    ),
    File("skills", "One borough's level of one skill.", "skills:csv", "skills:list", SKILL_COLUMNS),
    File(
        "training",
        "One borough that could teach another one skill.",
        "skills:training_csv",
        "skills:training",
        TRAINING_COLUMNS,
    ),
    File(
        "boroughs",
        "One body: the 33, and regional bodies.",
        "boroughs:csv",
        "boroughs:list",
        BOROUGH_COLUMNS,
    ),
    File(
        "compare",
        "One borough’s answer for one thing compared. Name 2 to 6 boroughs in the address.",
        "boroughs:compare_csv",
        "boroughs:compare",
        COMPARE_COLUMNS,
        whole=False,
    ),
    File(
        "products",
        "One piece of software.",
        "systems:products_csv",
        "systems:products",
        PRODUCT_COLUMNS,
    ),
    File(
        "suppliers", "One company.", "systems:suppliers_csv", "systems:suppliers", SUPPLIER_COLUMNS
    ),
    File(
        "frameworks",
        "One framework, with counts of the contracts called off under it.",
        "contracts:frameworks_csv",
        "contracts:frameworks",
        FRAMEWORK_COLUMNS,
    ),
    File(
        "pipeline",
        "One contract that ends, or may end, in the period of a pipeline notice: a draft.",
        "contracts:pipeline_csv",
        "contracts:pipeline",
        PIPELINE_COLUMNS,
    ),
    File(
        "concentration",
        "One supplier’s share on one basis: contracts, yearly value, total value or systems.",
        "contracts:concentration_csv",
        "contracts:concentration",
        CONCENTRATION_COLUMNS,
    ),
    File(
        "metrics",
        "One number of research: what it means, and its value on a day.",
        "research:metrics_csv",
        "research:metrics",
        METRIC_COLUMNS,
    ),
)


def index(request: HttpRequest) -> HttpResponse:
    """The files, their columns, and how to fetch them by script."""
    return page(request, "data.html", {"files": FILES})
