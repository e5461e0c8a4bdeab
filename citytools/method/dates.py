"""How the dates of contracts are worked out, and which decisions are ahead."""

import datetime

from boroughs.age import LATELY
from citytools.glossary import pages
from citytools.glossary.sources import OURS, RULE
from citytools.pages.method import Group, Method
from contracts.charts import QUARTERS
from contracts.models import AHEAD_MONTHS, LEAD_MONTHS
from contracts.models.dates import less_months

_END, _NOTICE = datetime.date(2027, 5, 31), 3

DATES = Group(
    "dates",
    "Dates and decisions",
    (
        Method(
            "partial-dates",
            "Dates known only in part",
            "Which days can a date mean that is known only as a month or a year?",
            formula=(
                "The date is kept as its source gave it: a day, a month or a year.",
                "Where days must be compared, it stands for its earliest and for its latest day.",
            ),
            limits=(
                (
                    "A month or a year never becomes a day: whatever is counted back from a day, "
                    "such as act by, stays not known."
                ),
            ),
            sources=(RULE,),
            used=(pages.CONTRACTS, pages.TIMELINE),
            code=("citytools.partial_dates:first_day", "citytools.partial_dates:last_day"),
            terms=("partial-date",),
        ),
        Method(
            "act-by",
            "Act by",
            "By which day must a council have acted, so that a contract does not run on?",
            formula=(
                "Act by = end − notice, in calendar months.",
                (
                    "Where the month has no such day, its last day is taken: "
                    f"{_END:%-d %B %Y} less {_NOTICE} months is "
                    f"{less_months(_END, _NOTICE):%-d %B %Y}."
                ),
            ),
            limits=(
                "Only where the end is a whole day and the notice is known.",
                "The end is the one before any extension.",
                "What the contract’s own terms say of notice may be more than a number of months.",
            ),
            sources=(RULE,),
            used=(pages.CONTRACTS, pages.TIMELINE, pages.BOROUGHS),
            code=(
                "contracts.models.dates:act_by",
                "contracts.models.dates:less_months",
                "contracts.models.contract:ActBy",
            ),
            symbols=(
                ("end", "the contract’s last day"),
                ("notice", "months of notice"),
            ),
            terms=("act-by", "notice"),
        ),
        Method(
            "must-start",
            "Must start",
            "When does work on a successor have to begin?",
            formula=(
                "Must start = act by − lead time, in calendar months.",
                f"The lead time is {LEAD_MONTHS} months, unless the page is asked for another.",
            ),
            limits=("How long a replacement takes differs widely: small tools need far less.",),
            sources=(OURS,),
            used=(pages.TOGETHER, pages.CONTRACTS),
            code=("contracts.models.dates:must_start", "contracts.together.windows:span_of"),
            terms=("must-start", "lead-time"),
        ),
        Method(
            "standing",
            "Where a contract stands",
            "Has a contract begun, does it run, has it ended?",
            formula=(
                (
                    "Future, if its first possible day is ahead; else rolling, if it has no end "
                    "date; else ended, if its last possible day has passed; else past act-by, if "
                    "that day has passed; else current."
                ),
                (
                    "It runs on a day unless it begins later or has ended before; where start or "
                    "end is not known, it is taken to run."
                ),
            ),
            limits=(
                "Extensions are left out: nobody has told us that one was taken.",
                "A contract without a known end may have ended unseen.",
            ),
            sources=(RULE,),
            used=(pages.TIMELINE, pages.CONTRACTS),
            code=(
                "contracts.models.dates:Term.standing",
                "contracts.models.questions:ContractQuerySet.standing_as",
                "contracts.models.questions:ContractQuerySet.running_on",
            ),
            terms=("standing", "rolling"),
        ),
        Method(
            "decisions",
            "Decisions ahead",
            "How many contracts must be decided on, and when?",
            formula=(
                (
                    "Contracts whose act-by date falls from today on: within "
                    f"{AHEAD_MONTHS} months in the figures and on the map, by calendar quarter "
                    f"over {QUARTERS} quarters in the chart."
                ),
                (
                    "On the page of a borough every contract is in exactly one count: due, later, "
                    "passed while it runs on, without an end date, not known well enough, ended."
                ),
            ),
            limits=(
                "Contracts whose end or notice is not known have no date and are counted apart.",
                "For London a shared contract counts once; for each borough in it, it counts too.",
            ),
            sources=(RULE,),
            used=(pages.HOME, pages.BOROUGHS),
            code=(
                "boroughs.decisions:ahead",
                "contracts.charts:decisions_ahead",
                "citytools.quarters:quarters_from",
            ),
            terms=("act-by",),
        ),
        Method(
            "age",
            "Age of facts",
            "How old is what is known of a borough, and who confirmed it lately?",
            formula=(
                (
                    "The facts are put in the order of their as-of dates; half of them are as old "
                    "as the middle one, or older. Of an even number the earlier of the two in the "
                    "middle is taken."
                ),
                f"Confirmed lately: by the borough itself, within the {LATELY} months up to today.",
            ),
            limits=(
                "A date known only as a month or a year stands for its beginning.",
                "An old fact may still be true.",
            ),
            sources=(RULE,),
            used=(pages.BOROUGHS,),
            code=("boroughs.age:of",),
            terms=("as-of", "confirmed-on"),
        ),
    ),
)
