"""Record what every metric measures, so that its trend can be drawn."""

import datetime
import re
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from citytools.facts import dates
from citytools.facts.provenance import holds_illustrative_records
from citytools.history import as_of_views
from citytools.history.batches import batch
from citytools.models import Batch
from citytools.worlds import World, use_world
from research.metrics import record
from research.models import MetricValue

_INTERRUPTED = 130
"""What a shell gives for a program that Ctrl-C ended."""
_Days = Iterable[tuple[datetime.date, list[str]]]


def _day(text: str) -> datetime.date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise ArgumentTypeError(f"“{text}” is no date: write one as 2026-11-30.")


def _worlds() -> list[World]:
    """Those that have numbers of their own."""
    return [World.EVIDENCE, *([World.DEMONSTRATION] if holds_illustrative_records() else [])]


class Command(BaseCommand):
    help = (
        "Records the value of every metric today, for the evidence and for the demonstration if "
        "there is one, and settles earlier days that were recorded while they still ran. Run it "
        "once a day; twice does no harm. With "
        "--from or --to it rebuilds days of the past from the event log, where they are missing. "
        "With --check it writes nothing and holds what is recorded against the event log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last, today = options["first"], options["last"], dates.today()
        if options["check"]:
            if first or last:
                raise CommandError("--check looks at all days: leave out --from and --to.")
            for world in _worlds():
                with use_world(world):
                    self._check(today)
            return None
        begun = timezone.now()
        with batch(Batch.Kind.REFRESH, command="record_metrics") as written:
            self._counts = written.counts = {"research.metricvalue": Counter()}
            for world in _worlds():
                with use_world(world):
                    self._record(first, last, today)
        return self._explain_undo(written, begun)

    def _record(
        self, first: datetime.date | None, last: datetime.date | None, today: datetime.date
    ) -> None:
        earlier = self._missing(first, last, today) if first or last else []
        unsettled = record.recorded_days(today, settled=False)
        keys = [(day, [value.metric for value in values]) for day, values in unsettled]
        self._rebuild(keys, "Settled", today)
        self._rebuild(earlier, "Rebuilt", today)
        tally = self._count(record.record_day(today, today))
        self.stdout.write(
            f"Recorded {today}: {tally.new} new, {tally.changed} changed, {tally.same} as they "
            "were."
        )

    def _count(self, tally: record.RecordCounts) -> record.RecordCounts:
        """Add what recording a day has changed to the counts of the batch."""
        counts = self._counts["research.metricvalue"]
        counts.update(created=tally.new, changed=tally.changed + tally.settled)
        return tally

    def _missing(
        self, first: datetime.date | None, last: datetime.date | None, today: datetime.date
    ) -> _Days:
        start = as_of_views.history_start_date() or today
        first, last = first or start, last or today
        if last > today:
            raise CommandError(f"--to {last} has not come yet: write {today} or earlier.")
        if first > last:
            raise CommandError(f"--from {first} is after --to {last}: swap them.")
        if first < start:
            raise CommandError(f"The record begins on {start}: write --from {start} or later.")
        yesterday = min(last, today - datetime.timedelta(days=1))
        return record.missing_days(first, yesterday)

    def _rebuild(self, days: _Days, verb: str, today: datetime.date) -> None:
        """One transaction a day, so that stopping loses nothing that was printed."""
        done = 0
        try:
            for day, keys in days:
                tally = self._count(record.record_day(day, today, keys))
                done += 1
                self.stdout.write(
                    f"{verb} {day} from the event log: {tally.new} new, {tally.changed} changed, "
                    f"{tally.settled + tally.same} as they were."
                )
        except KeyboardInterrupt:
            message = f"Stopped after {done} days, which are kept. Run the same again to go on."
            raise CommandError(message, returncode=_INTERRUPTED) from None

    def _explain_undo(self, written: Batch, begun: datetime.datetime) -> None:
        if not written.pk:
            self.stdout.write("Nothing was written: all of it was recorded already.")
            return
        self.stdout.write(
            f"{written}. To undo it, delete what was written; the next run makes it again from "
            "the facts:\n"
            'manage.py shell -c "from research.models import MetricValue; '
            f"MetricValue.objects.filter(recorded_at__gte='{begun.isoformat()}').delete()\""
        )

    def _check(self, today: datetime.date) -> None:
        days = record.recorded_days(today, settled=True)
        differences = 0
        for day, values in days:
            for difference in record.recorded_differences(day, values, today):
                differences += 1
                self.stdout.write(difference)
        checked = sum(len(values) for _, values in days)
        unchecked = MetricValue.objects.count() - checked
        self.stdout.write(
            f"Checked {checked} values of {len(days)} days, {unchecked} not: not settled yet, or "
            "of a metric that is no more."
        )
        if differences:
            raise CommandError(
                f"{differences} numbers differ from the event log. Delete these days' values and "
                "rebuild them with --from and --to, if the log is right."
            )
