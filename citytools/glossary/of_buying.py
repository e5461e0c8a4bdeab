"""Terms of buying together, and of pipeline notices."""

from citytools.glossary import pages, sources
from citytools.pages.glossary import Term
from contracts.pipeline.estimates import LINE
from contracts.pipeline.period import DAYS, MONTHS
from contracts.together.nearby import LONGEST

TERMS = (
    Term(
        "window",
        "Window to buy together",
        pages.TOGETHER,
        own="The days on which several boroughs can still choose together: a largest set of "
        "running contracts for the same thing, under at least two lead boroughs, whose days "
        "between must start and act by have at least one in common. Also: joint-procurement "
        "window.",
        see=("must-start", "act-by", "near-miss", "co-termination"),
    ),
    Term(
        "opens",
        "Opens",
        pages.TOGETHER,
        columns=("together.opens_on",),
        see=("window", "closes"),
    ),
    Term(
        "closes",
        "Closes",
        pages.TOGETHER,
        columns=("together.closes_on",),
        see=("window", "opens"),
    ),
    Term(
        "near-miss",
        "Near miss",
        pages.TOGETHER,
        own="A contract that ends too early for a window, and would fit if it were extended by "
        f"at most {LONGEST} months.",
        see=("window", "extension"),
    ),
    Term(
        "co-termination",
        "Co-termination",
        pages.TOGETHER,
        own="Bringing the ends of several contracts to one date, by extending some and paying "
        "for others twice, so that their successors can be bought together.",
        sources=(sources.LOTI_ROUTES,),
        see=("window", "paid-twice", "extension"),
    ),
    Term(
        "paid-twice",
        "Paid twice",
        pages.TOGETHER,
        own="What an old contract still costs between a common end date and its own end, while "
        "the new one already runs.",
        see=("co-termination", "yearly-value"),
    ),
    Term(
        "pipeline-notice",
        "Pipeline notice",
        pages.PIPELINE,
        own=f"A list of contracts over £{LINE / 1_000_000:.0f} million that an authority means to "
        f"tender within {MONTHS} months from 1 April. One that expects to pay over £100 million "
        f"under all its contracts in the financial year must publish it within {DAYS} days.",
        more="What this site makes is a draft to check; a person decides who must publish.",
        sources=(sources.ACT_2023,),
        see=("vat-basis", "estimated-value"),
    ),
    Term(
        "estimated-value",
        "Estimated value",
        pages.PIPELINE,
        columns=("pipeline.estimated_value",),
        see=("pipeline-notice", "total-value", "yearly-value"),
    ),
)
