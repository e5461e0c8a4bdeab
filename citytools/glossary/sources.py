"""Where definitions and formulas come from."""

from citytools.pages.glossary import Source

ACT_2023 = Source(
    "Procurement Act 2023, section 93",
    "https://www.legislation.gov.uk/ukpga/2023/54/section/93",
)
CODE_2015 = Source("Local Government Transparency Code 2015, contracts over £5,000")
OCDS = Source("Open Contracting Data Standard 1.1", "https://standard.open-contracting.org/1.1/en/")
DIGITAL_AND_DATA = Source(
    "Government Digital and Data capability framework",
    "https://ddat-capability-framework.service.gov.uk/skills",
)
CENSUS = Source("Census 2021, Office for National Statistics")
CPV = Source("Common Procurement Vocabulary; the choice of codes for technology is ours")
LOTI_ROUTES = Source(
    "LOTI, on contracts whose ends did not line up",
    "https://loti.london/blog/exploring-the-best-routes-to-market",
)
HIRSCHMAN = Source(
    "A. O. Hirschman, National Power and the Structure of Foreign Trade, 1945; "
    "O. C. Herfindahl, Concentration in the Steel Industry, 1950"
)
ADELMAN = Source(
    "M. A. Adelman, Review of Economics and Statistics 51 (1969), pages 99 to 101, "
    "for numbers equivalent"
)
CONOVER = Source(
    "W. J. Conover, Practical Nonparametric Statistics, 3rd edition, section 3.2",
)
SPEARMAN = Source("C. Spearman, American Journal of Psychology 15 (1904), pages 72 to 101")
JACCARD = Source("P. Jaccard, New Phytologist 11 (1912), pages 37 to 50, for the index")
SPARCK_JONES = Source(
    "K. Spärck Jones, Journal of Documentation 28 (1972), pages 11 to 21, for weighing what is rare"
)
CROUSE = Source(
    "R. Jonker and A. Volgenant, Computing 38 (1987), pages 325 to 340, as in D. F. Crouse, IEEE "
    "Transactions on Aerospace and Electronic Systems 52 (2016), pages 1679 to 1696"
)
TRIGRAMS = Source(
    "PostgreSQL’s trigram module, pg_trgm",
    "https://www.postgresql.org/docs/current/pgtrgm.html",
)
FULL_TEXT = Source(
    "PostgreSQL’s full text search",
    "https://www.postgresql.org/docs/current/textsearch.html",
)
OURS = Source("Our own judgement")
RULE = Source("Our own rule, the same for all")
