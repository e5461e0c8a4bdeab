"""How typical values, opinions and other products are worked out."""

from citytools.glossary import pages
from citytools.glossary.sources import CONOVER, OURS, RULE
from citytools.means import ENOUGH
from citytools.pages import formulas as maths
from citytools.pages.method import Group, Method
from citytools.ranges import CONFIDENCE, FEWEST
from systems.alternatives import SHOWN

_LOW, _HIGH = (
    maths.sub("x", maths.row("(", "k", ")")),
    maths.sub("x", maths.row("(", "n", "+", "1", "−", "k", ")")),
)

TYPICAL = Group(
    "typical",
    "Costs, opinions and alternatives",
    (
        Method(
            "median-range",
            "Median with an honest range",
            "What is typical, and how sure is that?",
            formula=(
                (
                    "The median is the middle value; of an even number, the mean of the two middle "
                    "ones."
                ),
                (
                    "The range runs from the k-th smallest to the k-th largest value, with the "
                    f"largest k for which it holds the true median with at least {CONFIDENCE} per "
                    "cent confidence."
                ),
                (
                    "How many of n values lie below the true median is binomial with one half, so "
                    "nothing is assumed of how the values are spread."
                ),
            ),
            limits=(
                (
                    f"Below {FEWEST} values even the smallest and the largest do not reach it, and "
                    "nothing is shown."
                ),
                "It holds for a random sample; contracts that state a price are none.",
            ),
            sources=(CONOVER,),
            used=(pages.PRODUCTS,),
            code=("citytools.ranges:of", "citytools.ranges:ranks"),
            symbols=(
                ("n", "how many values there are"),
                ("x", "the values by size, the first the smallest"),
                ("B", "a binomial number: n throws of a fair coin"),
            ),
            maths=(
                maths.formula(
                    "P",
                    "(",
                    _LOW,
                    "≤",
                    maths.name("median"),
                    "≤",
                    _HIGH,
                    ")",
                    "≥",
                    "1",
                    "−",
                    "2",
                    "P",
                    "(",
                    "B",
                    "<",
                    "k",
                    ")",
                ),
            ),
            terms=("median-range",),
        ),
        Method(
            "cost",
            "What a product costs",
            "What do councils pay a year for a product, for each 1,000 residents and each user?",
            formula=(
                (
                    "The yearly value of each contract that runs today, states one, and pays for "
                    "this product alone."
                ),
                "A shared contract counts once, over the residents of all boroughs that share it.",
                "A cost for each user needs the users of every system that the contract pays for.",
                "What is typical is shown as a median with its range.",
            ),
            limits=(
                "Values are as stated, whatever their VAT basis; how many stand on which is said.",
                "Who uses two functions is counted in both.",
                "Contracts differ in what they include.",
            ),
            sources=(RULE,),
            used=(pages.PRODUCTS,),
            code=(
                "systems.costs:of",
                "systems.costs:Cost.each_thousand",
                "systems.costs:Cost.each_user",
            ),
            symbols=(
                ("v", "pounds a year"),
                ("r", "residents of all who share it (Census)"),
            ),
            maths=(
                maths.formula(
                    maths.name("for each 1,000 residents"),
                    "=",
                    maths.over(maths.row("v", "×", "1,000"), "r"),
                ),
            ),
            terms=("median-range", "yearly-value", "vat-basis"),
        ),
        Method(
            "spending",
            "What boroughs spend, side by side",
            "What do the running contracts of a borough cost a year, for each 1,000 residents?",
            formula=(
                (
                    "The sum of the yearly values of the contracts that it leads and that run "
                    "today; the same times 1,000, divided by its residents."
                ),
                (
                    "It is a lower bound unless the return on contracts is complete and every "
                    "contract states a value."
                ),
            ),
            limits=(
                "A contract counts for its lead alone, though others may pay part of it.",
                "Contracts ending are counted by quarter; an end known only as a year is not.",
            ),
            sources=(RULE,),
            used=(pages.COMPARE,),
            code=("boroughs.compare.agreements:cost", "boroughs.compare.agreements:ending"),
            terms=("at-least", "lead"),
        ),
        Method(
            "mean",
            "Mean of answers",
            "How satisfied are boroughs with a product?",
            formula=(
                (
                    "The sum of the answers, from one to five, divided by their number, to one "
                    "decimal place."
                ),
                (
                    f"It is shown from {ENOUGH} answers on, always with their number; below that "
                    "only how many there are."
                ),
                "Only systems in use are asked of.",
            ),
            limits=(
                "One borough’s answer is one person’s or one meeting’s view on a day.",
                "The steps from one to five need not be equally wide.",
            ),
            sources=(OURS,),
            used=(pages.PRODUCTS, pages.SUPPLIERS),
            code=("citytools.means:Answers.mean", "systems.use:satisfaction"),
            symbols=(("a", "each answer"), ("n", "how many there are")),
            maths=(
                maths.formula(
                    maths.name("mean"), "=", maths.over(maths.total(maths.name("all"), "a"), "n")
                ),
            ),
            terms=("mean", "satisfaction"),
        ),
        Method(
            "alternatives",
            "Alternatives to a product",
            "Which other products serve the same function, and whom could one ask?",
            formula=(
                (
                    "Other products in use for the same functions, those that most of the boroughs "
                    f"run first, up to {SHOWN} for a function, each with its boroughs and the "
                    "mean of their answers."
                ),
            ),
            limits=(
                "That many run it does not make it fit.",
                "What is not known to be run is not there.",
            ),
            sources=(RULE,),
            used=(pages.PRODUCTS,),
            code=("systems.alternatives:of",),
            terms=("function", "mean"),
        ),
        Method(
            "moves",
            "Moves from one product to another",
            "Who has moved to or from a product?",
            formula=(
                (
                    "A product that is being retired, or is retired, beside one that is planned, "
                    "being put in or live, in the same borough for the same function: from the "
                    "one to the other."
                ),
                "A record whose product was changed, as the history shows it.",
            ),
            limits=(
                "The history cannot tell a move from a mistake put right, so the page says both.",
                "A move that left no second record is not seen.",
            ),
            sources=(OURS,),
            used=(pages.PRODUCTS,),
            code=("systems.moves:of",),
            terms=("status",),
        ),
    ),
)
