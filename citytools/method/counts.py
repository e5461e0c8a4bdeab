"""How records, boroughs and answers are counted."""

from boroughs.models import LONDON
from boroughs.tiles import CLASSES
from citytools.glossary import pages
from citytools.glossary.sources import CODE_2015, RULE
from citytools.pages.method import Group, Method

COUNTS = Group(
    "counts",
    "Counts, and what is not known",
    (
        Method(
            "counts",
            "Counts of records",
            "How many systems, contracts and products are known?",
            formula=(
                (
                    "Every record that the filter keeps counts once: the number on the screen is "
                    "the number of rows in the file."
                ),
                (
                    "A contract that several boroughs share is one row. For a borough it counts "
                    "whether the borough leads or shares it."
                ),
                "Percentages of counts in a chart’s sentence are rounded to whole ones.",
            ),
            limits=(
                "What nobody has reported or published is not counted.",
                "Records invented for demonstration are counted unless the page leaves them out.",
            ),
            sources=(RULE,),
            used=(pages.HOME, pages.SYSTEMS, pages.CONTRACTS),
            code=(
                "citytools.overview:figures",
                "citytools.counting:counted",
                "boroughs.counts:boroughs_with_counts",
                "systems.counts:products_with_counts",
                "systems.charts:by_service_area",
            ),
            terms=("system", "contract"),
        ),
        Method(
            "reporting",
            f"n of {LONDON} reporting",
            "How much of London does a number stand for?",
            formula=(
                (
                    "The boroughs that have sent a return on the subject, of the "
                    f"{LONDON}: 32 boroughs and the City."
                ),
                (
                    "Where an answer on one function is meant: those with a system in use for it, "
                    "or whose latest return on systems is complete."
                ),
            ),
            limits=(
                "A return need not be complete.",
                "Regional bodies are listed, and never counted.",
            ),
            sources=(RULE,),
            used=(pages.HOME, pages.MAP),
            code=(
                "boroughs.coverage:of",
                "boroughs.models:BoroughQuerySet.reporting",
                "skills.training.facts:reporting",
            ),
            terms=("reporting", "return"),
        ),
        Method(
            "answers",
            "Known, none recorded, not known",
            "What can be said of a borough and a function?",
            formula=(
                "Known: a system in use for it is on record.",
                "None recorded: there is none, and the latest return on systems is complete.",
                "Not known: all else.",
                "Without a complete return, a count of a borough is a lower bound: at least.",
            ),
            limits=("A complete return says so of itself; nobody checks it.",),
            sources=(RULE,),
            used=(pages.MAP, pages.COMPARE, pages.BOROUGHS),
            code=(
                "boroughs.answers:Answers.known",
                "systems.service_map.layout:of_filter",
                "boroughs.compare.answers:counted",
            ),
            terms=("not-known", "none-recorded", "at-least"),
        ),
        Method(
            "tile-map",
            "Shades of the tile map",
            "Which boroughs have more, and which less, of what the map shows?",
            formula=(
                (
                    "The numbers above nought are cut into up to "
                    f"{CLASSES} classes of equal width, in whole numbers, from the least to the "
                    "most."
                ),
                "Nought has no shade. What is not known, and a lower bound, is hatched.",
                "A share is rounded down to a whole per cent and is of what is known.",
            ),
            limits=(
                "One large number makes the classes wide and the others alike.",
                "More is not better: a large borough has more of nearly all.",
            ),
            sources=(RULE,),
            used=(pages.HOME, pages.BOROUGHS),
            code=("boroughs.tiles:classes", "boroughs.tiles:tile_map"),
            terms=("at-least",),
        ),
        Method(
            "frameworks",
            "What is called off under a framework",
            "How many contracts, boroughs and suppliers use a framework, and for how much?",
            formula=(
                (
                    "Each contract under it counts once; boroughs are those of the "
                    f"{LONDON} that lead or share any."
                ),
                "Value = sum of the values over the whole term that contracts state.",
                (
                    "A contract outlasts its framework if every day that its end can mean lies "
                    "after the framework’s last."
                ),
            ),
            limits=(
                "The sum says for how many contracts a value is known; VAT bases are mixed.",
                "The ceiling is never taken for a value.",
            ),
            sources=(RULE,),
            used=(pages.FRAMEWORKS,),
            code=("contracts.frameworks.counts:frameworks_with_counts",),
            terms=("framework", "call-off", "ceiling"),
        ),
        Method(
            "missing",
            "What the Transparency Code asks for and is not known",
            "Which facts does City Tools lack, and for how many contracts?",
            formula=(
                "For each fact: the contracts, led or shared, on which it is empty.",
                (
                    "The sum is missing only where neither the yearly nor the whole value is "
                    "known; the end only where the contract is not rolling."
                ),
            ),
            limits=(
                "What is missing here may well stand in the council’s own register.",
                (
                    "VAT that cannot be recovered is not kept, so it is missing everywhere and not "
                    "counted."
                ),
            ),
            sources=(CODE_2015,),
            used=(pages.TRANSPARENCY,),
            code=("contracts.transparency.gaps:gaps",),
            terms=("transparency-code",),
        ),
    ),
)
