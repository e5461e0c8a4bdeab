"""Values as people write them: what is read, what is refused, and that nothing is guessed."""

import datetime
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citytools.facts import values
from citytools.facts.dates import parse_partial_date
from citytools.facts.values import UnreadableValueError
from contracts.models import Contract, Route
from skills.models import Level, SkillLevel
from systems.models import Status

NO_BREAK, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_whole_number, "1200", 1200),
        (values.read_whole_number, "007", 7),
        (values.read_whole_number, "0", 0),
        (values.read_whole_number, "1,200", 1200),
        (values.read_whole_number, "1 200", 1200),
        (values.read_whole_number, f"{NO_BREAK}12{NARROW}000 ", 12000),
        (values.read_whole_number, "6.0", 6),
        (values.read_whole_number, "12k", 12000),
        (values.read_whole_number, "1.2 million", 1_200_000),
        (values.read_number, "50", Decimal(50)),
        (values.read_number, "-0.25", Decimal("-0.25")),
        (values.read_number, "−1,200.5", Decimal("-1200.5")),
        (values.read_money, "1200", Decimal(1200)),
        (values.read_money, "1200.5", Decimal("1200.50")),
        (values.read_money, "£12,500", Decimal(12500)),
        (values.read_money, "£ 12,500.00", Decimal(12500)),
        (values.read_money, f"£12{NO_BREAK}500", Decimal(12500)),
        (values.read_money, "gbp 12500", Decimal(12500)),
        (values.read_money, "12,500 GBP", Decimal(12500)),
        (values.read_money, "£1.2m", Decimal(1_200_000)),
        (values.read_money, "1.25 bn", Decimal(1_250_000_000)),
        (values.read_money, "£12k", Decimal(12000)),
        (values.read_yes_no, "yes", True),
        (values.read_yes_no, " Y ", True),
        (values.read_yes_no, "TRUE", True),
        (values.read_yes_no, "1", True),
        (values.read_yes_no, "No", False),
        (values.read_yes_no, "false", False),
        (values.read_partial_date, "2026", "2026"),
        (values.read_partial_date, "2026-11", "2026-11"),
        (values.read_partial_date, "2026-11-30", "2026-11-30"),
        (values.read_partial_date, "31/03/2027", "2027-03-31"),
        (values.read_partial_date, "1.3.2027", "2027-03-01"),
        (values.read_partial_date, "31-03-2027", "2027-03-31"),
        (values.read_partial_date, "2027/03/31", "2027-03-31"),
        (values.read_partial_date, "31 March 2027", "2027-03-31"),
        (values.read_partial_date, "1st of march, 2027", "2027-03-01"),
        (values.read_partial_date, "31-Mar-2027", "2027-03-31"),
        (values.read_partial_date, "March 31, 2027", "2027-03-31"),
        (values.read_partial_date, "31/03/2027 00:00:00", "2027-03-31"),
        (values.read_partial_date, "Mar 2027", "2027-03"),
        (values.read_partial_date, "Sept. 2027", "2027-09"),
        (values.read_partial_date, "MAY-2027", "2027-05"),
        (values.read_partial_date, "03/2027", "2027-03"),
        (values.read_partial_date, "2011-12", "2011-12"),
        (values.read_partial_date, f"2026–11{NO_BREAK}", "2026-11"),
        (values.read_day, "30.11.2026", datetime.date(2026, 11, 30)),
        (values.read_day, "29 Feb 2028", datetime.date(2028, 2, 29)),
        (values.read_list, "a; b;c;", ["a", "b", "c"]),
        (values.read_web_address, "http://a.uk/b", "http://a.uk/b"),
        (values.read_web_address, " www.camden.gov.uk/it?a=1 ", "https://www.camden.gov.uk/it?a=1"),
    ],
)
def test_values_are_read_as_people_write_them(
    read: Callable[[str], Any], text: str, value: Any
) -> None:
    assert read(text) == value
    assert type(read(text)) is type(value)


A_NUMBER = ["12,5", "1.200,00", "1,20", "12,50,000", "1,200 000", "0,500", "1e5", "1_200", "many"]
A_NUMBER += ["", " ", ".5", "5.", "--5", "１２", "12k5", "1 2", "£", "5%", "1.234,5", "1" * 19, "k"]
A_DATE = ["2026-13", "2026-00", "2026-1", "2027-02-29", "31/02/2027", "0/3/2027", "1899", "2200"]
A_DATE += ["20270331", "2027-03-31T10:00", "Q1 2027", "46112", "3 Marsh 2027", "soon", "1/2-2027"]
A_DATE += ["２０２６", "2026-", "-2026", "31 2027", "Mar", "31/03", "01/03/20271"]
SHORT_YEARS = ["31/03/27", "31.3.27", "Mar 27", "Mar-27", "31 March 27", "31-Mar-27", "Mar '27"]
FINANCIAL_YEARS = ["2026-27", "2026/27", "2026–27", "2026-2027", "2011/12", "FY2026/27", "1999/00"]


@pytest.mark.parametrize(
    ("read", "texts", "reason", "remedy"),
    [
        (
            values.read_whole_number,
            [*A_NUMBER, "-1", "1.5", "12.000", "6m"],
            "is not a whole",
            "1200",
        ),
        (values.read_number, [*A_NUMBER, "1.23456", "£5", "1" * 11], "is not a number.", "-0.25"),
        (
            values.read_money,
            [*A_NUMBER, "1.234", "-1", "£-1", "-£1", "$5", "€5", "££5", "12,500 p.a.", "£1.2345k5"],
            "is not an amount.",
            "£1,200.50",
        ),
        (
            values.read_yes_no,
            ["maybe", "x", "n/a", "ja", "2"],
            "is neither yes nor no.",
            "yes or no",
        ),
        (values.read_partial_date, A_DATE, "is not a date.", "Write a day as 2026-11-30, a month"),
        (values.read_partial_date, SHORT_YEARS, "in two digits.", "four digits, as in 31/03/2027"),
        (values.read_partial_date, FINANCIAL_YEARS, "financial year", "the month or the year that"),
        (values.read_partial_date, ["03/31/2027"], "no such month.", "the day before the month"),
        (values.read_day, SHORT_YEARS, "in two digits.", "four digits, as in 31/03/2027"),
        (
            values.read_day,
            ["2027", "Mar 2027", "2027-03", *A_DATE],
            "is not a day.",
            "Write a whole day",
        ),
        (
            values.read_web_address,
            ["x", "a b.uk", "ftp://a.uk", "javascript:alert(1)", "https://a.uk/b c", "me@a.uk"],
            "is not a web address.",
            "https://",
        ),
    ],
)
def test_what_is_no_such_value_is_refused_with_a_remedy(
    read: Callable[[str], Any], texts: list[str], reason: str, remedy: str
) -> None:
    for text in texts:
        with pytest.raises(UnreadableValueError) as refused:
            read(text)
        assert reason in refused.value.reason, text
        assert remedy in refused.value.remedy, text
        assert refused.value.reason.startswith(values.quoted(text))


@pytest.mark.parametrize("text", ["n/a", "TBC", " - ", "Not known", "?"])
def test_whoever_does_not_know_is_told_to_leave_it_empty(text: str) -> None:
    with pytest.raises(UnreadableValueError) as refused:
        values.read_value(values.read_money, text)
    assert refused.value.remedy == "Leave it empty: that means not known."
    with pytest.raises(UnreadableValueError, match=r"“none” is not an amount\. Write pounds"):
        values.read_value(values.read_money, "none")


def test_a_list_names_nothing_twice() -> None:
    with pytest.raises(UnreadableValueError, match=r"names “a” twice\. Name it once\."):
        values.read_list("a; b; a")


@pytest.mark.parametrize(
    ("choices", "text", "value"),
    [
        (Route.choices, "framework_direct", "framework_direct"),
        (Route.choices, " Framework call-off  without competition", "framework_direct"),
        (Route.choices, "direct award", "direct_award"),
        (Status.choices, "BEING PUT IN", "implementing"),
        (Level.choices, "3", 3),
        (Level.choices, "practitioner", 3),
    ],
)
def test_a_choice_is_named_by_value_or_label(choices: Any, text: str, value: Any) -> None:
    assert values.read_choice(text, choices) == value


def test_an_unknown_choice_is_answered_with_the_choices() -> None:
    with pytest.raises(UnreadableValueError, match=r"“alive” is none .* one of live, implementing"):
        values.read_choice("alive", Status.choices)
    with pytest.raises(UnreadableValueError, match=r"Write one of None, Awareness, Working, "):
        values.read_choice("5", Level.choices)


def test_each_field_of_a_model_has_its_reader() -> None:
    def read(model: Any, name: str, text: str) -> Any:
        return values.field_reader(model._meta.get_field(name))(text)

    assert read(Contract, "annual_value", "£12k") == 12000
    assert read(Contract, "ends_on", "Mar 2027") == "2027-03"
    assert read(Contract, "confirmed_on", "1/3/2026") == datetime.date(2026, 3, 1)
    assert read(Contract, "rolling", "Y") is True
    assert read(Contract, "title", "£12k") == "£12k"
    assert read(SkillLevel, "level", "Working") == 2


def test_a_long_text_is_quoted_in_part_and_on_one_line() -> None:
    assert values.quoted("a\n b\x1b") == "“a b�”"
    assert len(values.quoted("x" * 5000)) == 62


# A second reading, by other means: what strptime and Decimal make of the same text

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%b %d, %Y"]
MONTH_FORMATS = ["%Y-%m", "%m/%Y", "%B %Y", "%b-%Y"]


@given(day=DAYS, form=st.sampled_from(DAY_FORMATS), zeros=st.booleans())
def test_a_day_is_read_as_strptime_reads_it(day: datetime.date, form: str, zeros: bool) -> None:
    text = day.strftime(form)
    text = text if zeros or form.startswith("%Y") else re.sub(r"\b0(?=\d\b)", "", text)
    assert datetime.datetime.strptime(text, form).date() == day  # noqa: DTZ007 (no moment)
    assert values.read_day(text) == day
    assert values.read_partial_date(f" {text.upper()}{NO_BREAK}") == day.isoformat()


@given(day=DAYS, form=st.sampled_from(MONTH_FORMATS))
def test_a_month_is_read_as_strptime_reads_it(day: datetime.date, form: str) -> None:
    assert values.read_partial_date(day.strftime(form)) == day.isoformat()[:7]


@given(day=DAYS, length=st.sampled_from([4, 7, 10]))
def test_a_canonical_date_is_read_as_it_stands(day: datetime.date, length: int) -> None:
    text = day.isoformat()[:length]
    assert values.read_partial_date(text) == text


@given(st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,4}([-/. ][0-9]{1,4})?", fullmatch=True))
def test_no_date_is_ever_guessed(text: str) -> None:
    """Digits alone: whatever is read has a four-digit year, and all the digits of the text."""
    try:
        date = values.read_partial_date(text)
    except UnreadableValueError:
        return
    parse_partial_date(date)
    parts = [int(part) for part in re.split(r"\D", text)]
    assert sorted(parts) == sorted(int(part) for part in date.split("-"))
    year_first = len(re.split(r"\D", text)[0]) == 4
    assert [int(part) for part in date.split("-")] == (parts if year_first else parts[::-1])


PENCE = st.integers(0, 10**17 - 1)
GROUPS = {",": "£{:,.2f}", " ": "{:,.2f} GBP", NO_BREAK: "£ {:,.2f}"}


@given(pence=PENCE, group=st.sampled_from(sorted(GROUPS)))
def test_money_is_read_as_decimal_reads_it_without_signs(pence: int, group: str) -> None:
    pounds = Decimal(pence).scaleb(-2)
    text = GROUPS[group].format(pounds).replace(",", group)
    assert Decimal(re.sub(r"[^\d.]", "", text)) == pounds
    assert values.read_money(text) == pounds
    assert values.read_money(str(pounds)) == pounds


@given(st.integers(0, 10**18 - 1))
def test_a_whole_number_comes_back(number: int) -> None:
    assert values.read_whole_number(str(number)) == number
    assert values.read_whole_number(f"{number:,}") == number
    assert values.read_whole_number(f"{number:,}".replace(",", " ")) == number


@given(st.integers(0, 10**9 - 1), st.sampled_from(["k", "m", "bn"]))
def test_a_scale_is_exact(thousandths: int, scale: str) -> None:
    number = Decimal(thousandths).scaleb(-3) * {"k": 10**3, "m": 10**6, "bn": 10**9}[scale]
    assume(number < 10**15)
    assert values.read_money(f"£{Decimal(thousandths).scaleb(-3)}{scale}") == number


@given(st.from_regex(r"-?[0-9]{1,6}([., ][0-9]{1,6}){0,3}", fullmatch=True))
def test_no_number_is_ever_guessed(text: str) -> None:
    """What is read has the digits of the text, and a comma or space before each three of them."""
    try:
        number = values.read_money(text)
    except UnreadableValueError:
        return
    whole, _, pence = text.partition(".")
    assert len(pence) <= 2
    assert number == Decimal(f"{re.sub('[, ]', '', whole)}.{pence or 0}")
    groups = re.split("[, ]", whole)
    assert all(len(group) == 3 for group in groups[1:])
    assert len({*re.findall("[, ]", whole)}) < 2


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (
        values.read_whole_number,
        values.read_number,
        values.read_money,
        values.read_yes_no,
        values.read_partial_date,
        values.read_day,
        values.read_list,
        values.read_web_address,
    ):
        with suppress(UnreadableValueError):
            assert read(text) is not None
