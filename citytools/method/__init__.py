"""How every number of the site is worked out: a registry that the page of methods is made of.

What the code knows, such as thresholds and numbers of months, is read from the code. Metrics of
research have a registry of their own, and join the page through `views`.
"""

from citytools.method.alike import ALIKE
from citytools.method.buying import BUYING
from citytools.method.counts import COUNTS
from citytools.method.dates import DATES
from citytools.method.market import MARKET
from citytools.method.records import RECORDS
from citytools.method.skills import SKILLS
from citytools.method.typical import TYPICAL

GROUPS = (COUNTS, DATES, BUYING, MARKET, TYPICAL, ALIKE, SKILLS, RECORDS)
METHODS = tuple(method for group in GROUPS for method in group.methods)
BY_KEY = {method.key: method for method in METHODS}
