"""Terms of what is known: sources, dates, returns, and what is not known."""

from boroughs.models import Borough
from citytools.glossary import pages
from citytools.pages.glossary import Term, explained
from citytools.provenance import Confidence, SourceKind

TERMS = (
    Term(
        "source-kind",
        "Source",
        pages.SYSTEMS,
        columns=("systems.source_kind",),
        values=explained(
            SourceKind,
            {
                "return": "The borough’s own statement to LOTI.",
                "notice": "What an authority published about a contract.",
                "decision": "A report or decision of a council, as published.",
                "public_code": "Seen in public code, pages or addresses of the system itself.",
                "foi": "An answer under the Freedom of Information Act.",
                "press": "Told by a newspaper or a trade journal.",
                "illustrative": "No fact at all: made up to show what the site can do.",
            },
        ),
        see=("confidence", "as-of", "illustrative"),
    ),
    Term(
        "confidence",
        "Confidence",
        pages.SYSTEMS,
        columns=("systems.confidence",),
        values=explained(
            Confidence,
            {
                "high": "The source shows it plainly.",
                "medium": "It may have changed, or it is told at second hand.",
                "low": "Take it as a hint.",
            },
        ),
        see=("source-kind", "certainty"),
    ),
    Term(
        "as-of",
        "As of",
        pages.SYSTEMS,
        columns=("systems.as_of",),
        see=("confirmed-on", "partial-date", "as-at"),
    ),
    Term(
        "confirmed-on",
        "Confirmed on",
        pages.BOROUGHS,
        columns=("systems.confirmed_on",),
        see=("as-of", "return"),
    ),
    Term(
        "partial-date",
        "Partial date",
        pages.DATA,
        own="A date as precise as its source: a day, a month or a year. It is never rounded to a "
        "day.",
        see=("as-of", "act-by"),
    ),
    Term(
        "illustrative",
        "Invented for demonstration",
        pages.SYSTEMS,
        columns=("products.illustrative", "suppliers.illustrative"),
        more="Such records show what the site can do, are marked wherever they stand, and name no "
        "real supplier or product. In files and addresses they are called illustrative: "
        "illustrative=no leaves them out.",
        see=("source-kind",),
    ),
    Term(
        "return",
        "Return",
        pages.BOROUGHS,
        own="A borough’s own statement of its systems, its contracts or its skills, received on "
        "a day.",
        see=("complete-return", "reporting"),
    ),
    Term(
        "complete-return",
        "Complete return",
        pages.BOROUGHS,
        columns=(
            "boroughs.complete_systems",
            "boroughs.complete_contracts",
            "boroughs.complete_skills",
        ),
        more="The same holds for contracts and for skills.",
        see=("return", "none-recorded"),
    ),
    Term(
        "reporting",
        "n of 33 reporting",
        pages.HOME,
        own="How many of the 32 boroughs and the City have sent a return on the subject. A "
        "borough without one is not known; it is never a zero and never part of an average.",
        see=("return", "not-known", "kind-of-body"),
    ),
    Term(
        "kind-of-body",
        "Kind of body",
        pages.BOROUGHS,
        columns=("boroughs.kind",),
        values=explained(
            Borough.Kind,
            {
                "borough": "One of the 32.",
                "city": "The 33rd authority, with the powers of a borough.",
                "regional": "A body for more than one borough, such as the Greater London "
                "Authority.",
            },
        ),
        see=("reporting",),
    ),
    Term(
        "partnership",
        "Partnership",
        pages.BOROUGHS,
        columns=("boroughs.partnership",),
        see=("training-plan",),
    ),
    Term(
        "not-known",
        "Not known",
        pages.MAP,
        own="Nobody has told us and no public source shows it. It never counts as none.",
        see=("none-recorded", "at-least", "gap"),
    ),
    Term(
        "none-recorded",
        "None recorded",
        pages.MAP,
        own="The borough’s latest return on the subject is complete and names nothing: so none is "
        "something that is known.",
        see=("not-known", "complete-return"),
    ),
    Term(
        "at-least",
        "At least",
        pages.COMPARE,
        own="A count of a borough whose return is not complete: there may be more, so it is a "
        "lower bound.",
        see=("complete-return", "not-known"),
    ),
    Term(
        "gap",
        "Gap",
        pages.BOROUGHS,
        own="A function for which a borough’s answer is not known: it has no system in use on "
        "record for it, and its latest return on systems, if any, is not complete.",
        more="It is a question to ask, not a fault.",
        see=("not-known", "peer", "gap-that-matters"),
    ),
    Term(
        "peer",
        "Peer",
        pages.BOROUGHS,
        own="One of the boroughs whose systems are most like another’s: they share most of what "
        "either runs, and what few run weighs more.",
        more="It says who is alike, not who is better.",
        see=("rare", "gap"),
    ),
    Term(
        "rare",
        "Rare system",
        pages.BOROUGHS,
        own="A product that hardly any reporting borough runs for that function.",
        see=("common-choice", "reporting"),
    ),
    Term(
        "common-choice",
        "Common choice",
        pages.BOROUGHS,
        own="The product that most reporting boroughs run for a function, where enough of them do.",
        see=("rare", "reporting"),
    ),
)
