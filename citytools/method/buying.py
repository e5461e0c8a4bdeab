"""How windows to buy together, common end dates and pipeline drafts are worked out."""

from boroughs.chances import MOST
from citytools.glossary import pages
from citytools.glossary.sources import ACT_2023, LOTI_ROUTES, OURS, RULE
from citytools.pages import formulas as maths
from citytools.pages.method import Group, Method
from contracts.models import LEAD_MONTHS
from contracts.pipeline.estimates import HIGHEST_VAT, LINE
from contracts.pipeline.period import DAYS, MONTHS
from contracts.together.choice import HORIZON
from contracts.together.nearby import LONGEST

_YEAR = 12
_MILLIONS = f"£{LINE / 1_000_000:.0f} million"

BUYING = Group(
    "buying",
    "Buying together, and pipelines",
    (
        Method(
            "windows",
            "Windows to buy together",
            "Which boroughs can still choose together, and until when?",
            formula=(
                "Each contract that runs today spans the days from must start to act by.",
                (
                    "A window is a largest set of such contracts for the same function, product or "
                    "supplier, under at least two lead boroughs, that have a day in common."
                ),
                (
                    "It opens on the latest must-start and closes on the earliest act-by day of "
                    "its contracts."
                ),
                (
                    "Contracts whose act-by date has passed, or whose work need not start within "
                    f"{HORIZON} months (or as asked), are left out before the sets are made, so "
                    "that they hide no window."
                ),
            ),
            limits=(
                (
                    "Contracts without a whole day as their end, or without a known notice, stay "
                    "out unless the page is asked to assume a notice."
                ),
                "Extensions are not taken unless the page is asked to take them.",
                "That days overlap does not say that the boroughs want the same.",
            ),
            sources=(RULE, LOTI_ROUTES),
            used=(pages.TOGETHER, pages.HOME),
            code=("contracts.together.windows:find", "contracts.together.groups:of"),
            terms=("window", "must-start", "act-by"),
        ),
        Method(
            "near-misses",
            "Near misses",
            "Who would fit a window if a contract were extended a little?",
            formula=(
                (
                    "For a contract that ends too early for the window: the fewest months, up to "
                    f"{LONGEST}, after which all contracts have a day in common."
                ),
                "Whether it may be extended so far is said as far as an extension is on record.",
            ),
            limits=("Only one contract for each lead borough is named, the one that needs least.",),
            sources=(OURS,),
            used=(pages.TOGETHER,),
            code=("contracts.together.nearby:misses",),
            terms=("near-miss", "extension"),
        ),
        Method(
            "planner",
            "A common end date",
            "On which date would it cost least to let several contracts end together?",
            formula=(
                (
                    "For a target date, a contract that ends before it must be extended; one that "
                    "ends after it is paid for twice from the target on."
                ),
                "Months are the fewest whole calendar months that reach the day.",
                (
                    "The cheapest target has the fewest known pounds paid twice; then the fewest "
                    "months paid twice at a cost not known, the fewest months of extension, the "
                    "earliest day."
                ),
                "Only the days on which any of this can change are tried, so the answer is exact.",
            ),
            limits=(
                (
                    "A target before today and the lead time, or one that needs an extension "
                    "known to be refused, is left out."
                ),
                "Prices, discounts and the cost of buying are not in it.",
            ),
            sources=(RULE, LOTI_ROUTES),
            used=(pages.TOGETHER,),
            code=(
                "contracts.together.planner:cheapest",
                "contracts.together.planner:plan",
                "contracts.together.targets:of",
            ),
            symbols=(
                ("v", "what a contract costs a year, in pounds"),
                ("m", "months from the target to its end"),
            ),
            maths=(
                maths.formula(
                    maths.name("paid twice"), "=", maths.over(maths.row("v", "×", "m"), str(_YEAR))
                ),
            ),
            terms=("co-termination", "paid-twice"),
        ),
        Method(
            "chances",
            "Best chances to work together",
            "With whom could a borough do something soon?",
            formula=(
                (
                    "Three kinds: a window that it takes part in; a skill that it wants help with "
                    "and another, at a higher level, would teach; a product that it and others "
                    "mean to review or replace."
                ),
                (
                    "Windows stand first to close, skills with a teacher of the same partnership "
                    "first, products with most boroughs first."
                ),
                f"One of each kind is named before a second of any; {MOST} in all.",
            ),
            limits=("It is a choice for a page of paper: the lists have all of them.",),
            sources=(OURS,),
            used=(pages.BOROUGHS,),
            code=("boroughs.chances:best",),
            terms=("window", "can-teach", "intention"),
        ),
        Method(
            "pipeline-period",
            "The period of a pipeline notice",
            "Which contracts belong in a notice, and by when is it due?",
            formula=(
                (
                    f"The period runs {MONTHS} months from 1 April; the notice is due on day "
                    f"{DAYS}, 1 April being the first."
                ),
                (
                    "A contract belongs in it if its end, before any extension, falls within the "
                    "period; it may, if any day that its end can mean does."
                ),
                (
                    f"Contracts that end up to {LEAD_MONTHS} months after the period are counted "
                    "besides: their tender may be published within it."
                ),
            ),
            limits=(
                (
                    "Whether a borough must publish depends on all that it expects to pay, which "
                    "City Tools cannot know: a person records it."
                ),
                "Who leads a shared contract publishes it.",
            ),
            sources=(ACT_2023,),
            used=(pages.PIPELINE,),
            code=(
                "contracts.pipeline.period:Period",
                "contracts.pipeline.drafts:of",
                "contracts.pipeline.later:after",
            ),
            terms=("pipeline-notice",),
        ),
        Method(
            "pipeline-value",
            "Estimated value of a successor",
            f"Is what follows a contract worth more than {_MILLIONS}?",
            formula=(
                (
                    "The recorded value over the whole term; else the yearly value times the "
                    "years of the present term, if both its ends are whole days; else not known."
                ),
                "Years count both days: whole years, and the rest as a share of the next year.",
                (
                    f"Over {_MILLIONS}, not over it, or to be checked: where the value does not "
                    f"say that it holds VAT, and times {HIGHEST_VAT} would be over the line."
                ),
            ),
            limits=(
                "The successor may be larger, smaller or longer than what runs today.",
                "Values are never converted between VAT bases.",
            ),
            sources=(ACT_2023, OURS),
            used=(pages.PIPELINE,),
            code=("contracts.pipeline.estimates:estimate", "contracts.pipeline.estimates:years"),
            terms=("estimated-value", "vat-basis"),
        ),
    ),
)
