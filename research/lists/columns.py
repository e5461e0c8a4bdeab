"""The columns of the files of what is published. Append only: scripts depend on them."""

from citytools.lists.columns import Column
from research.measured import Unit
from research.models import Recommendation
from research.publications.verdicts import Verdict

_TITLE = Column("title", "text", "What its page is called.")
_SUMMARY = Column("summary", "text", "It in a paragraph, with the numbers of the day.")
_SOURCES = Column("sources", "list", "Titles of the publications it rests on.")
_PUBLISHED = Column("published_on", "date", "When it was made public here.")
_ADDRESS = Column("address", "text", "Its page on this site.")

FINDING_COLUMNS = (
    Column("finding", "text", "The finding's slug, which never changes."),
    _TITLE,
    _SUMMARY,
    Column("claimed_value", "text", "What was claimed, in the words of who claimed it."),
    Column("claimed_as_of", "text", "When it was claimed: a year, a month or a day."),
    Column("metric", "text", "The key of the metric that tests it. Empty: not tested here."),
    Column("verdict", "text", "What the rows of the day say of it.", allowed=tuple(Verdict)),
    Column("value", "decimal", "The metric on the day.", unit="as in the column unit"),
    Column("unit", "text", "What the value counts.", allowed=tuple(Unit)),
    Column("counted", "integer", "Records behind the value (n).", unit="records"),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""findings.csv: one finding a row."""

CASE_STUDY_COLUMNS = (
    Column("case_study", "text", "The case study's slug, which never changes."),
    _TITLE,
    _SUMMARY,
    Column("happened_on", "text", "When it began: a year, a month or a day."),
    Column("outcome", "text", "What came of it. Empty: not known."),
    Column("boroughs", "list", "Boroughs that it is about, by name."),
    Column("products", "list", "Products that it is about, by name."),
    Column("functions", "list", "Functions that it is about, by name."),
    Column("claims", "list", "Costs and savings, each with whoever claims it."),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""case-studies.csv: one case study a row."""

RECOMMENDATION_COLUMNS = (
    Column("recommendation", "text", "The recommendation's slug, which never changes."),
    _TITLE,
    Column("text", "text", "What should be done, with the numbers of the day."),
    Column("audience", "text", "For whom it is.", allowed=tuple(Recommendation.Audience.values)),
    Column("status", "text", "What became of it.", allowed=tuple(Recommendation.Status.values)),
    Column("owner", "text", "Who answers for it: an organisation or a role. Empty: nobody yet."),
    Column("findings", "list", "Slugs of the findings that it rests on."),
    _SOURCES,
    _PUBLISHED,
    _ADDRESS,
)
"""recommendations.csv: one recommendation a row."""
