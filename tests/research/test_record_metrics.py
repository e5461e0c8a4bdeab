"""Recording metrics: once a day, rebuilt from the event log, and held against it."""

import datetime
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from citytools.facts import dates
from citytools.history import as_of_views
from citytools.worlds import World, use_world
from contracts.models import Contract, ContractPartner
from research.metrics import record as recording
from research.metrics.base import Scope
from research.metrics.definitions import METRICS, measure
from research.models import MetricValue
from systems.models import System
from tests import factories
from tests.log import move_events

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def began() -> datetime.date:
    """Ten days ago; asked anew by each test, for a run may go past midnight."""
    return dates.today() - 10 * DAY


def run(*options: str) -> str:
    out = StringIO()
    call_command("record_metrics", *options, stdout=out)
    return out.getvalue()


def values(on: datetime.date | None = None) -> dict[str, Any]:
    metric_values = MetricValue.objects.filter(on=on or dates.today(), illustrative=False)
    return {value.metric: value for value in metric_values}


def estate() -> tuple[System, Contract]:
    """A system, and a contract that two boroughs share."""
    system = factories.system(satisfaction=4)
    contract = factories.contract(
        partners=[factories.borough()], total_value=100, ends_on="2027-03-31", notice_months=6
    )
    return system, contract


def test_today_is_recorded_once_and_a_second_run_changes_nothing() -> None:
    estate()
    assert f"Recorded {dates.today()}: {len(METRICS)} new, 0 changed" in run()
    before = list(MetricValue.objects.values())
    out = run()
    assert f"0 new, 0 changed, {len(METRICS)} as they were" in out
    assert "Nothing was written" in out
    assert list(MetricValue.objects.values()) == before


def test_what_is_recorded_is_what_is_measured_of_real_records() -> None:
    estate()
    factories.system(source_kind="illustrative")
    run()
    with use_world(World.EVIDENCE):
        measurements = measure(METRICS, Scope(dates.today()))
    for key, value in values().items():
        measured = measurements[key]
        assert (value.value, value.part, value.whole) == (
            measured.value,
            measured.part,
            measured.whole,
        )
        assert (value.counted, value.boroughs) == (measured.counted, measured.boroughs)
    assert values()["systems_on_record"].value == 1


def test_changed_facts_change_todays_values() -> None:
    estate()
    run()
    factories.system()
    assert ", 0 changed" not in run()
    assert values()["systems_on_record"].value == 2
    assert MetricValue.objects.count() == len(METRICS)


def record_of_yesterday_while_it_ran() -> None:
    """Yesterday's values as a run at noon wrote them, from tables that changed afterwards."""
    yesterday, noon = dates.today() - DAY, datetime.time(12)
    run()
    MetricValue.objects.update(
        on=yesterday,
        recorded_at=timezone.make_aware(datetime.datetime.combine(yesterday, noon)),
    )


def test_a_day_recorded_while_it_ran_is_settled_once_it_is_over() -> None:
    system, _ = estate()
    move_events(began())
    record_of_yesterday_while_it_ran()
    assert not any(value.settled for value in values(dates.today() - DAY).values())
    later = factories.system(borough=system.borough)
    move_events(dates.today() - DAY)
    later.delete()

    out = run()
    assert re.search(
        rf"Settled {dates.today() - DAY} from the event log: 0 new, [1-9]\d* changed", out
    )
    settled = values(dates.today() - DAY)
    assert all(value.settled for value in settled.values())
    assert settled["systems_on_record"].value == 2
    assert values()["systems_on_record"].value == 1
    assert "Settled" not in run()


def test_the_rebuilt_past_agrees_with_what_was_recorded_then() -> None:
    """Recorded on each day from the tables, then lost, then rebuilt after all that followed."""
    system, contract = estate()
    partner = ContractPartner.objects.get()
    steps = [
        lambda: None,
        lambda: System.objects.filter(pk=system.pk).update(status="retired"),
        lambda: ContractPartner.objects.filter(pk=partner.pk).delete(),
        lambda: Contract.objects.filter(pk=contract.pk).update(total_value=None, ends_on="2026"),
        lambda: Contract.objects.filter(pk=contract.pk).delete(),
    ]
    then: dict[datetime.date, dict[str, Any]] = {}
    for number, step in enumerate(steps):
        step()
        on = began() + number * DAY
        move_events(on)
        then[on] = measure(METRICS, Scope(on))

    run("--from", str(began()))
    for on, measured in then.items():
        for key, value in values(on).items():
            expected = measured[key]
            assert (value.value, value.part, value.whole) == (
                expected.value,
                expected.part,
                expected.whole,
            )
            assert (value.counted, value.boroughs) == (expected.counted, expected.boroughs), (
                on,
                key,
            )
    seen = {tuple((value.value, value.boroughs) for value in values(on).values()) for on in then}
    assert len(seen) == len(steps)
    assert "differ" not in run("--check")


def test_only_missing_days_are_rebuilt() -> None:
    estate()
    move_events(began())
    first, last = str(dates.today() - 3 * DAY), str(dates.today() - 2 * DAY)
    out = run("--from", first, "--to", last)
    assert out.count("Rebuilt") == 2
    MetricValue.objects.filter(on=last, metric="systems_on_record").delete()
    out = run("--from", first, "--to", last)
    assert out.count("Rebuilt") == 1
    assert f"Rebuilt {last} from the event log: 1 new, 0 changed" in out


def test_stopping_keeps_the_days_that_were_done(monkeypatch: pytest.MonkeyPatch) -> None:
    estate()
    move_events(began())
    real = recording.record_day

    def record(day: datetime.date, today: datetime.date, keys: Any = METRICS) -> Any:
        if day == began() + 2 * DAY:
            raise KeyboardInterrupt
        return real(day, today, keys)

    monkeypatch.setattr(recording, "record_day", record)
    with pytest.raises(CommandError, match="Stopped after 2 days, which are kept"):
        run("--from", str(began()))
    assert MetricValue.objects.count() == 2 * len(METRICS)


def test_a_day_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    estate()

    def fail(*_: Any) -> str:
        if MetricValue.objects.count() == 3:
            raise RuntimeError
        return real(*_)

    real = recording._write
    monkeypatch.setattr(recording, "_write", fail)
    with pytest.raises(RuntimeError):
        run()
    assert not MetricValue.objects.exists()


def test_the_check_finds_what_the_event_log_does_not_bear_out() -> None:
    estate()
    move_events(began())
    run("--from", str(began()), "--to", str(began()))
    assert f"Checked {len(METRICS)} values of 1 days" in run("--check")
    MetricValue.objects.filter(metric="contracts_on_record", on=began()).update(value=7)
    out = StringIO()
    with pytest.raises(CommandError, match="1 numbers differ") as stopped:
        call_command("record_metrics", "--check", stdout=out)
    assert stopped.value.returncode == 1
    difference = f"{began()} contracts_on_record: value recorded as 7, 1 by the event log"
    assert difference in out.getvalue()


def test_the_check_writes_nothing_and_leaves_out_what_is_not_settled() -> None:
    estate()
    move_events(began())
    run()
    MetricValue.objects.filter(on=dates.today()).update(value=99)
    before = list(MetricValue.objects.values())
    assert f"{len(METRICS)} not: not settled yet" in run("--check")
    assert list(MetricValue.objects.values()) == before


def test_what_was_done_can_be_undone_as_it_says() -> None:
    estate()
    match = re.search(r"recorded_at__gte='([^']+)'", run())
    assert match
    MetricValue.objects.filter(recorded_at__gte=match[1]).delete()
    assert not MetricValue.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from", "2026-13-01"], "“2026-13-01” is no date: write one as 2026-11-30."),
        (["--from", "2026-W48-3"], "is no date"),
        (["--to", "yesterday"], "“yesterday” is no date"),
        (["--from", "2199-01-01", "--to", "2199-01-02"], "has not come yet"),
        (["--from", "1999-01-01"], "The record begins on"),
        (["--from", str(dates.today()), "--to", str(dates.today() - DAY)], "swap them"),
        (["--check", "--from", str(dates.today())], "leave out --from and --to"),
    ],
)
def test_days_that_cannot_be_recorded_are_refused(options: list[str], words: str) -> None:
    factories.system()
    with pytest.raises(CommandError, match=re.escape(words)):
        run(*options)
    assert not MetricValue.objects.exists()


def test_nothing_on_record_records_that_too() -> None:
    assert as_of_views.history_start_date() is None
    run()
    assert values()["systems_on_record"].value == 0
    assert values()["median_age_of_facts"].value is None
