"""A load and confirmations: each stands only beside what it confirmed, and ends by name."""

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.test import Client

from citytools.facts.provenance import apply_confirmations_now
from citytools.imports.confirmations import Confirmation, RecordState, next_confirmation
from contracts.models import Contract, ContractFunction, ContractPartner
from systems.models import Function, System
from tests import factories
from tests.loading import Folder, events, load, swap
from tests.log import move_events
from tests.staff import address, confirmed, signed_in

pytestmark = pytest.mark.django_db

FILE, PERSON, NEWER = (datetime.date(2026, *day) for day in ((10, 1), (11, 1), (11, 20)))


@contextmanager
def by_ada() -> Iterator[None]:
    user, _ = User.objects.get_or_create(username="ada", first_name="Ada", last_name="Obi")
    with pghistory.context(user=user.pk, url="/admin/"):
        yield
        apply_confirmations_now()


def contract_file(folder: Folder, **cells: str) -> Any:
    """The small fixtures with a contract of these cells."""
    names = {"end": "2027-03-31", "months": "6", "partner": "south", "confirmed": "2026-10-01"}
    cells = names | cells

    def change(text: str) -> str:
        text = text.replace("north,south,", f"north,{cells['partner']},")
        text = text.replace("2027-03-31", cells["end"]).replace(
            ",6,1200", f",{cells['months']},1200"
        )
        return text.replace("2026-10-01", cells["confirmed"])

    return folder("contracts.csv", change)


def confirmed_on() -> datetime.date | None:
    return Contract.objects.get().confirmed_on


def loaded_twice(fixtures: Any) -> str:
    """What the first of two loads says; the second may write nothing."""
    said = load(fixtures)
    before = events()
    load(fixtures)
    assert events() == before
    return said


def confirm(client: Client, day: datetime.date) -> None:
    if not User.objects.exists():
        signed_in(client)
    page = address(Contract, "change", Contract.objects.get().pk)
    confirmed(client, page, {"confirmed_on": day.isoformat()})


def test_a_confirmation_keeps_no_field_from_the_file(folder: Folder, client: Client) -> None:
    load(folder())
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, months="9"))
    assert Contract.objects.get().notice_months == 9
    assert "Left to staff" not in said


def test_a_change_of_what_a_person_confirmed_ends_that_by_name_and_day(
    folder: Folder, client: Client
) -> None:
    load(folder())
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, months="9"))
    assert confirmed_on() is None
    assert (
        "No longer confirmed (1):\n- “Repairs (North)” is no longer confirmed: it was on "
        "1 November 2026 (entered by Ada Obi), and has changed since."
    ) in said


def test_a_newer_day_in_the_file_takes_its_place_by_name(folder: Folder, client: Client) -> None:
    load(folder())
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, months="9", confirmed="2026-11-20"))
    assert confirmed_on() == NEWER
    assert "(entered by Ada Obi), and the file says 20 November 2026." in said


@pytest.mark.parametrize("day", ["2026-10-01", ""])
def test_a_persons_confirmation_stands_while_nothing_changes(
    folder: Folder, client: Client, day: str
) -> None:
    load(folder())
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, confirmed=day))
    assert confirmed_on() == PERSON
    assert "Left to staff" not in said


def test_a_newer_day_in_the_file_alone_waits(folder: Folder, client: Client) -> None:
    load(folder())
    confirm(client, PERSON)
    newer = contract_file(folder, confirmed="2026-11-20")
    said = loaded_twice(newer)
    assert confirmed_on() == PERSON
    assert "confirmed_on: stays “1 November 2026” (changed by Ada Obi" in said
    load(newer, "--take", "confirmed_on")
    assert confirmed_on() == NEWER


def test_the_files_own_confirmation_still_holds_what_it_changes(folder: Folder) -> None:
    load(folder())
    loaded_twice(contract_file(folder, months="9"))
    assert confirmed_on() == FILE


def test_the_files_confirmation_is_not_put_beside_a_persons_value(
    folder: Folder, client: Client
) -> None:
    load(folder())
    signed_in(client)
    page = address(Contract, "change", Contract.objects.get().pk)
    confirmed(client, page, {"ends_on": "2028"})
    assert confirmed_on() is None
    said = loaded_twice(contract_file(folder, confirmed="2026-11-20", months="9"))
    assert (confirmed_on(), Contract.objects.get().notice_months) == (None, 9)
    assert "Left to staff (1):" in said
    loaded_twice(contract_file(folder, confirmed="2026-11-20", end="2028"))
    assert confirmed_on() == NEWER


def test_what_a_person_confirmed_beside_their_own_value_ends_too(
    folder: Folder, client: Client
) -> None:
    load(folder())
    signed_in(client)
    page = address(Contract, "change", Contract.objects.get().pk)
    confirmed(client, page, {"ends_on": "2028", "confirmed_on": "2026-11-01"})
    assert "No longer" not in loaded_twice(contract_file(folder))
    assert confirmed_on() == PERSON
    said = loaded_twice(contract_file(folder, months="9"))
    assert confirmed_on() is None
    assert "(entered by Ada Obi), and has changed since." in said


@pytest.mark.parametrize("field", ["note", "source_url", "as_of"])
def test_a_change_of_note_or_source_ends_nothing(
    folder: Folder, client: Client, field: str
) -> None:
    load(folder())
    confirm(client, PERSON)
    with by_ada():
        Contract.objects.update(**{field: "2026-11"} if field == "as_of" else {})
    old, new = {
        "note": ("Cloud,,return,", "Cloud,By the way.,return,"),
        "source_url": ("return,,2026", "return,https://a.example/,2026"),
        "as_of": ("return,,2026,", "return,,2026-10,"),
    }[field]
    load(folder("contracts.csv", swap(old, new)))
    assert confirmed_on() == PERSON


def test_links_that_a_load_changes_end_a_persons_confirmation(
    folder: Folder, client: Client
) -> None:
    load(folder())
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, partner=""))
    assert not ContractPartner.objects.exists()
    assert confirmed_on() is None
    assert "“Repairs (North)” is no longer confirmed: it was on 1 November 2026" in said


def test_links_that_a_load_adds_take_the_files_newer_day(folder: Folder, client: Client) -> None:
    load(contract_file(folder, partner=""))
    confirm(client, PERSON)
    said = loaded_twice(contract_file(folder, confirmed="2026-11-20"))
    assert (ContractPartner.objects.count(), confirmed_on()) == (1, NEWER)
    assert "and the file says 20 November 2026." in said
    assert "Left to staff" not in said


def test_the_files_confirmation_waits_where_staff_changed_links(folder: Folder) -> None:
    load(contract_file(folder, confirmed=""))
    with by_ada():
        Contract.objects.get().partners.add(factories.borough("East"))
    said = loaded_twice(contract_file(folder))
    assert confirmed_on() is None
    assert "confirmed_on: stays empty (recorded by Ada Obi" in said


def test_a_link_edit_by_staff_ended_it_and_the_file_does_not_bring_it_back(
    folder: Folder,
) -> None:
    load(folder())
    move_events(FILE)  # so that it is not the same transaction
    with by_ada():
        ContractFunction.objects.filter(function=Function.objects.get(name="Lettings")).delete()
    loaded_twice(folder())
    assert confirmed_on() is None


def test_a_day_that_staff_emptied_stays_empty(folder: Folder, client: Client) -> None:
    load(folder())
    with by_ada():
        Contract.objects.update(confirmed_on=None)
    said = loaded_twice(folder())
    assert confirmed_on() is None
    assert re.search(r"confirmed_on: stays empty .* The file says “1 October 2026”", said)


def test_a_system_of_no_links_is_confirmed_alike(folder: Folder, client: Client) -> None:
    load(folder())
    system = System.objects.get(borough__slug="north")
    signed_in(client)
    confirmed(client, address(System, "change", system.pk), {"confirmed_on": "2026-11-01"})
    said = loaded_twice(folder("systems.csv", swap("saas", "supplier_hosted")))
    system.refresh_from_db()
    assert (system.hosting, system.confirmed_on) == ("supplier_hosted", None)
    assert f"“{system}” is no longer confirmed" in said


def test_what_a_file_no_longer_confirms_is_confirmed_no_more(folder: Folder) -> None:
    load(folder())
    loaded_twice(contract_file(folder, confirmed=""))
    assert confirmed_on() is None
    loaded_twice(contract_file(folder))
    assert confirmed_on() == FILE


STATE = RecordState(None, False, None, changes=False, fields_differ=False, links_differ=False)


@pytest.mark.parametrize(
    ("stated", "state", "expected"),
    [
        (FILE, {}, Confirmation(FILE)),
        (FILE, {"ended": PERSON}, Confirmation(None)),
        (NEWER, {"ended": PERSON}, Confirmation(NEWER)),
        (FILE, {"fields_differ": True}, Confirmation(None)),
        (FILE, {"links_differ": True}, Confirmation(None, waits=True)),
        (NEWER, {"present": FILE, "changes": True}, Confirmation(NEWER)),
        (None, {"present": FILE}, Confirmation(None)),
        (
            FILE,
            {"present": FILE, "changes": True, "fields_differ": True},
            Confirmation(None, lapsed=True),
        ),
        (FILE, {"present": FILE, "fields_differ": True}, Confirmation(FILE)),
        (FILE, {"present": PERSON, "entered": True}, Confirmation(PERSON)),
        (NEWER, {"present": PERSON, "entered": True}, Confirmation(PERSON, waits=True)),
        (
            NEWER,
            {"present": PERSON, "entered": True, "changes": True},
            Confirmation(NEWER, lapsed=True),
        ),
        (
            NEWER,
            {"present": PERSON, "entered": True, "changes": True, "fields_differ": True},
            Confirmation(None, lapsed=True),
        ),
        (FILE, {"entered": True}, Confirmation(None, waits=True)),
        (None, {"entered": True}, Confirmation(None)),
    ],
)
def test_the_rule_for_each_state(
    stated: datetime.date | None, state: dict[str, Any], expected: Confirmation
) -> None:
    assert next_confirmation(stated, replace(STATE, **state)) == expected
