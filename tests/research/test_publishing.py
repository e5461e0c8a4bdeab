"""LOTI staff preview, publish and withdraw research in the admin."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from citytools.facts import dates
from research.models import CaseStudy, Finding, Recommendation, State
from tests import factories
from tests.pages import text_of, words
from tests.staff import (
    address,
    confirmed,
    errors,
    messages,
    post_change,
    rows,
    signed_in,
    version_opened,
)

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
KEY = "boroughs_reporting_systems"
TOKEN = f"{{{{ metric:{KEY} }}}}"
MAKERS = {
    Finding: factories.finding,
    CaseStudy: factories.case_study,
    Recommendation: factories.recommendation,
}
KINDS = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)


@pytest.fixture
def staff(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    set_day(monkeypatch, TODAY)
    return signed_in(client)


def set_day(monkeypatch: pytest.MonkeyPatch, day: datetime.date) -> None:
    monkeypatch.setattr(dates, "today", lambda: day)


def draft(model: Any = Finding, **fields: Any) -> Any:
    return MAKERS[model](**{"title": "A secret claim", "published_on": None} | fields)


def do(client: Client, page: str, record: Any, **posted: Any) -> Any:
    posted |= version_opened(client, record)
    return client.post(address(type(record), page, record.pk), posted)


def saved(client: Client, record: Any, **fields: Any) -> Any:
    """What the change form answers to a post of the record with these fields."""
    posted = {name: getattr(record, name) for name in ("title", "slug", "body")} | fields
    if isinstance(record, CaseStudy):
        posted |= {"summary": record.summary} | rows("claims")
    if isinstance(record, Recommendation):
        posted |= {"audience": "local", "status": "proposed"}
    if isinstance(record, Finding):
        posted = {"summary": record.summary} | posted
    return post_change(client, record, posted | fields)


@KINDS
def test_a_record_is_published_with_the_numbers_of_the_day(staff: Client, model: Any) -> None:
    factories.returned()
    record = draft(model, body=f"It is {TOKEN}.")
    page = words(staff.get(address(model, "publish", record.pk)), "body")
    assert "Boroughs that have returned their systems 1" in page
    response = do(staff, "publish", record)
    record.refresh_from_db()
    assert messages(response) == ["Published: A secret claim."]
    assert record.state(TODAY) == State.PUBLISHED
    assert record.published_on == TODAY
    assert (
        record.published_values[KEY] | {"value": "1", "on": "2026-11-30"}
        == (record.published_values[KEY])
    )


def test_the_numbers_of_summary_and_claim_are_kept_too(staff: Client) -> None:
    record = draft(summary="{{ metric:modern_gov_boroughs|of }}", metric=KEY)
    do(staff, "publish", record)
    record.refresh_from_db()
    assert set(record.published_values) == {"modern_gov_boroughs", KEY}


@KINDS
def test_a_withdrawn_record_is_gone_and_says_why(staff: Client, model: Any, client: Client) -> None:
    record: Any = MAKERS[model](title="A secret claim", body="A secret body.")
    do(staff, "withdraw", record, reason="The count was <b>wrong</b>.")
    record.refresh_from_db()
    assert record.state(TODAY) == State.WITHDRAWN
    response = client.get(record.get_absolute_url())
    assert response.status_code == (200 if model is Recommendation else 410)
    said = words(response)
    assert "withdrawn on 30 November 2026. The reason given: The count was <b>wrong</b>." in said
    assert "secret" not in text_of(response)


def test_a_withdrawal_needs_a_reason(staff: Client) -> None:
    record = factories.finding()
    for reason in ("", "  ", "x" * 301):
        response = do(staff, "withdraw", record, reason=reason)
        assert response.status_code == 200
        assert "errorlist" in text_of(response)
    record.refresh_from_db()
    assert record.withdrawn_on is None


def test_what_was_withdrawn_is_published_again_with_new_numbers(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = draft(body=TOKEN)
    do(staff, "publish", record)
    do(staff, "withdraw", record, reason="Wrong.")
    factories.returned()
    set_day(monkeypatch, datetime.date(2026, 12, 24))
    assert "Publish again" in text_of(staff.get(address(Finding, "change", record.pk)))
    do(staff, "publish", record)
    record.refresh_from_db()
    assert (record.published_on, record.withdrawn_on) == (datetime.date(2026, 12, 24), None)
    assert record.withdrawal_reason == ""
    assert record.published_values[KEY]["value"] == "1"
    assert staff.get(record.get_absolute_url()).status_code == 200


@KINDS
def test_a_preview_is_the_public_page_with_a_banner(staff: Client, model: Any) -> None:
    record = draft(model, body=f"A secret body of {TOKEN}.")
    response = staff.get(address(model, "preview", record.pk) + "?as_at=2020-01-01")
    assert response.status_code == 200
    assert "Draft: nobody else sees this" in text_of(response)
    assert "A secret body" in words(response)
    assert "no-store" in response["Cache-Control"]
    record.refresh_from_db()
    assert (record.published_on, record.published_values) == (None, {})
    assert model.pgh_event_model.objects.filter(pgh_obj=record).count() == 1
    assert "secret" not in text_of(Client().get("/research/"))


def test_the_preview_of_what_was_withdrawn_says_so(staff: Client) -> None:
    record = factories.finding(withdrawn_on="2026-11-01", withdrawal_reason="Wrong.")
    said = text_of(staff.get(address(Finding, "preview", record.pk)))
    assert "Withdrawn on 1 November 2026 because: Wrong. Nobody else sees this." in said
    public = staff.get(address(Finding, "preview", factories.finding().pk))
    assert "This is the page as everybody sees it." in text_of(public)
    assert "nobody else" not in text_of(staff.get(factories.finding().get_absolute_url()))


@KINDS
@pytest.mark.parametrize("page", ["preview", "publish", "withdraw"])
def test_a_visitor_reaches_no_page_of_publishing(client: Client, model: Any, page: str) -> None:
    record = draft(model)
    for ask in (client.get, client.post):
        response = ask(address(model, page, record.pk), {"reason": "Mine."})
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("reader"))
    assert client.get(address(model, page, record.pk)).status_code == 302
    record.refresh_from_db()
    assert record.state(TODAY) == State.DRAFT


@KINDS
def test_an_account_without_permissions_sees_nothing(client: Client, model: Any) -> None:
    record, public = draft(model), MAKERS[model]()
    client.force_login(User.objects.create_user("guest", is_staff=True))
    for page in ("preview", "publish", "withdraw"):
        for number in (record.pk, public.pk, 10**9):
            assert client.get(address(model, page, number)).status_code == 403
            assert client.post(address(model, page, number), {"reason": "a"}).status_code == 403
    for target in (record, public):
        before = target.published_on
        target.refresh_from_db()
        assert (str(target.published_on or ""), target.withdrawn_on) == (str(before or ""), None)


@KINDS
def test_who_may_only_look_previews_and_does_no_more(client: Client, model: Any) -> None:
    record, public = draft(model), MAKERS[model]()
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename=f"view_{model._meta.model_name}"))
    client.force_login(viewer)
    assert client.get(address(model, "preview", record.pk)).status_code == 200
    form = text_of(client.get(address(model, "change", record.pk)))
    assert "/preview/" in form
    assert "/publish/" not in form
    for target, page in ((record, "publish"), (public, "withdraw")):
        assert client.get(address(model, page, target.pk)).status_code == 403
        assert do(client, page, target, reason="Mine.").status_code == 403
        before = target.published_on
        target.refresh_from_db()
        assert (str(target.published_on or ""), target.withdrawn_on) == (str(before or ""), None)


def test_a_preview_is_only_looked_at(staff: Client) -> None:
    record = draft()
    assert do(staff, "preview", record).status_code == 405
    for page in ("preview", "publish", "withdraw"):
        assert staff.get(address(Finding, page, 10**9)).status_code == 404


def test_what_is_done_already_is_not_done_twice(staff: Client) -> None:
    public, record = factories.finding(), draft()
    assert messages(do(staff, "publish", public)) == ["Not done. It is public already."]
    said = ["Not done. Only what is public can be withdrawn."]
    assert messages(do(staff, "withdraw", record, reason="Wrong."))[-1:] == said
    assert staff.get(address(Finding, "publish", public.pk)).status_code == 302
    assert staff.get(address(Finding, "withdraw", record.pk)).status_code == 302


def test_an_unsound_draft_is_neither_published_nor_previewed(staff: Client) -> None:
    record = draft(body="{{ metric:boroughs_reporting_system }}", metric="none")
    page = text_of(staff.get(address(Finding, "publish", record.pk)))
    assert f"Did you mean “{KEY}”?" in page
    assert "Publish now" not in page
    said = messages(do(staff, "publish", record))
    assert any(
        f"Body: There is no metric “boroughs_reporting_system”. Did you mean “{KEY}”?" in message
        for message in said
    )
    assert any("Metric: There is no metric “none”" in message for message in said)
    assert staff.get(address(Finding, "preview", record.pk)).status_code == 302
    record.refresh_from_db()
    assert record.published_on is None


@KINDS
def test_the_form_shows_the_state_and_writes_no_day(staff: Client, model: Any) -> None:
    record = draft(model)
    page = words(staff.get(address(model, "change", record.pk)), "body")
    assert "State: Draft" in page
    response = saved(staff, record, published_on="2026-11-01", published_values='{"a": 1}')
    assert response.status_code == 302
    record.refresh_from_db()
    assert (record.published_on, record.published_values) == (None, {})
    do(staff, "publish", record)
    page = words(staff.get(address(model, "change", record.pk)), "body")
    assert "State: Public since 30 November 2026" in page


@pytest.mark.parametrize("field", ["summary", "body"])
def test_a_token_that_does_not_exist_is_named_at_its_field(staff: Client, field: str) -> None:
    record = draft(body="Good.")
    response = saved(staff, record, **{field: "{{ metric:boroughs_reporting_system|off }}"})
    assert response.context["adminform"].form.errors.keys() == {field}
    assert f"Did you mean “{KEY}”?" in errors(response)
    record.refresh_from_db()
    assert record.body == "Good."


def test_a_metric_that_does_not_exist_is_named_with_the_nearest(staff: Client) -> None:
    record = draft(metric="boroughs_reporting_system")
    form = text_of(staff.get(address(Finding, "change", record.pk)))
    assert "boroughs_reporting_system (no longer registered)" in form
    assert "Boroughs that have returned their systems</option>" in form
    response = saved(staff, record, metric="boroughs_reporting_system")
    assert f"There is no metric “boroughs_reporting_system”. Did you mean “{KEY}”?" in errors(
        response
    )


@KINDS
def test_a_public_record_keeps_its_numbers_and_takes_in_new_ones(
    staff: Client, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = draft(model, body=TOKEN)
    do(staff, "publish", record)
    factories.returned()
    set_day(monkeypatch, datetime.date(2026, 12, 24))
    saved(staff, record, body=f"{TOKEN} {{{{ metric:modern_gov_boroughs }}}}")
    record.refresh_from_db()
    values = record.published_values
    assert (values[KEY]["on"], values[KEY]["value"]) == ("2026-11-30", "0")
    assert values["modern_gov_boroughs"]["on"] == "2026-12-24"
    assert "modern.gov: not known on 24 December 2026" in words(
        staff.get(address(model, "change", record.pk)), "body"
    )


def test_a_draft_keeps_no_numbers_yet(staff: Client) -> None:
    record = draft()
    saved(staff, record, body=TOKEN)
    record.refresh_from_db()
    assert record.body == TOKEN
    assert record.published_values == {}


def test_the_history_says_who_published_and_withdrew(staff: Client) -> None:
    record = draft()
    do(staff, "publish", record)
    do(staff, "withdraw", record, reason="Wrong.")
    page = words(staff.get(address(Finding, "history", record.pk)), "body")
    assert "Ada Obi: published" in page
    assert "Ada Obi: withdrawn" in page
    event: Any = Finding.pgh_event_model.objects.earliest("pgh_id")  # type: ignore[attr-defined]
    confirmed(staff, address(Finding, "restore", record.pk, event.pgh_id))
    record.refresh_from_db()
    assert record.state(TODAY) == State.DRAFT


def test_no_version_with_an_unknown_token_comes_back(staff: Client) -> None:
    record = draft(body="{{ metric:none }}")
    event: Any = Finding.pgh_event_model.objects.latest("pgh_id")  # type: ignore[attr-defined]
    saved(staff, record, body="Good.")
    response = confirmed(staff, address(Finding, "restore", record.pk, event.pgh_id))
    assert "Not restored. Body: There is no metric “none”." in messages(response)[-1]
    record.refresh_from_db()
    assert record.body == "Good."


def test_lists_are_narrowed_by_state(staff: Client) -> None:
    factories.finding(title="Claim A")
    draft(title="Claim B")
    factories.finding(title="Claim C", withdrawn_on="2026-11-01", withdrawal_reason="Wrong.")
    factories.finding(title="Claim D", published_on="2026-12-24")
    for state, title in zip(("published", "draft", "withdrawn", "scheduled"), "ABCD", strict=True):
        page = text_of(staff.get(address(Finding, "changelist"), {"state": state}))
        assert [letter for letter in "ABCD" if f"Claim {letter}" in page] == [title]
