"""The files of contracts, and of what is made of them."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from citytools.exports.export import Export
from contracts.concentration.page import ConcentrationForm
from contracts.filters import ContractFilter
from contracts.frameworks.filters import FrameworkFilter
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import window_file_rows
from contracts.joint_procurement.windows import read_windows
from contracts.models import Contract
from contracts.pipeline import drafts
from contracts.pipeline.choice import PipelineForm
from contracts.transparency.filters import TransparencyFilter


def _windows(query: TogetherFilter, today: datetime.date) -> Iterator[Mapping[str, Any]]:
    return window_file_rows(read_windows(query, today), query, today)


CONTRACTS = Export(
    name="contracts",
    title="Contracts",
    row="One contract; a shared one is one row.",
    version=3,
    route="contracts:csv",
    page="contracts:list",
    filter=ContractFilter,
    choose=lambda request, today: ContractFilter(
        request.GET, Contract.objects.soonest_first(today)
    ),
)
TOGETHER = Export(
    name="together",
    title="Joint-procurement windows",
    row="One contract of one joint-procurement window; those too late stand last.",
    version=2,
    route="contracts:together_csv",
    page="contracts:together",
    filter=TogetherFilter,
    choose=lambda request, _: TogetherFilter(request.GET, Contract.objects.all()),
    compute_rows=_windows,
)
TRANSPARENCY = Export(
    name="contracts.transparency",
    title="Contracts as the Transparency Code asks for them",
    row="One contract, in the columns of the Local Government Transparency Code 2015.",
    route="contracts:transparency_csv",
    page="contracts:transparency",
    filter=TransparencyFilter,
    choose=lambda request, today: TransparencyFilter(
        request.GET, Contract.objects.soonest_first(today)
    ),
    paged=False,
)
FRAMEWORKS = Export(
    name="frameworks",
    title="Frameworks",
    row="One framework, with counts of the contracts called off under it.",
    route="contracts:frameworks_csv",
    page="contracts:frameworks",
    filter=FrameworkFilter,
    choose=lambda request, _: FrameworkFilter(request.GET),
)
PIPELINE = Export(
    name="pipeline",
    title="Draft of a pipeline notice",
    row="One contract that ends, or may end, in the period of a pipeline notice: a draft.",
    version=2,
    route="contracts:pipeline_csv",
    page="contracts:pipeline",
    filter=PipelineForm,
    choose=lambda request, _: PipelineForm(request),
    compute_rows=lambda form, _: drafts.pipeline_rows(form.drafts),
)
CONCENTRATION = Export(
    name="concentration",
    title="Concentration of suppliers",
    row="One supplier’s share on one basis: contracts, yearly value, total value or systems.",
    route="contracts:concentration_csv",
    page="contracts:concentration",
    filter=ConcentrationForm,
    choose=lambda request, _: ConcentrationForm(request),
    compute_rows=lambda form, _: form.table(),
)
