"""Calendar quarters: (year, 1 to 4)."""

import datetime

Quarter = tuple[int, int]


def quarter_of(day: datetime.date) -> Quarter:
    """(year, 1 to 4) of a day, by calendar quarters."""
    return day.year, (day.month - 1) // 3 + 1


def quarters_from(day: datetime.date, count: int) -> list[Quarter]:
    """Consecutive calendar quarters, the first the one that holds the day."""
    year, quarter = quarter_of(day)
    first = year * 4 + quarter - 1
    return [(number // 4, number % 4 + 1) for number in range(first, first + count)]


def quarter_words(quarter: Quarter) -> str:
    """'Jan–Mar 2027'."""
    return f"{_MONTHS[quarter[1]]} {quarter[0]}"


_MONTHS = {1: "Jan–Mar", 2: "Apr–Jun", 3: "Jul–Sep", 4: "Oct–Dec"}


def last_day_of(quarter: Quarter) -> datetime.date:
    """The last day of a quarter."""
    year, number = quarter
    after = datetime.date(year + number // 4, number % 4 * 3 + 1, 1)
    return after - datetime.timedelta(days=1)
