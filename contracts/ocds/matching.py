"""Whom a notice means: boroughs, suppliers and frameworks that are on record. Never by likeness.

A borough is known by its GSS code, by its code among local authorities for England (GB-LAE), or by
a name it goes by; a supplier by its company number, then by its name or another name of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.text import slugify

from boroughs.models import Borough
from citytools.imports.authorship import former_keys, last_writes_by_people
from contracts.models import Framework
from contracts.ocds import fields
from contracts.ocds.notices import AwardNotice, Release, Skipped
from contracts.ocds.parties import Party
from contracts.ocds.reading import DecodedRelease
from systems.models import Product, ProductAlias, Supplier, SupplierAlias

T = TypeVar("T")

UNKNOWN = "the buyer is none of the boroughs"
CONTRADICTORY = "the buyer's identifier and name mean two boroughs"
SHARED = "another body leads it, with a borough among the buyers"

NO_SUPPLIER = "The notice names no supplier."
SEVERAL_SUPPLIERS = "The notice names {} suppliers, so that who is paid is not known."
A_TITLE = "The notice repeats the contract's title where the supplier should stand."
GONE = "The notice names a supplier that a person deleted."
A_PRODUCT = "The notice names a product where the supplier should stand."

_GSS = re.compile(r"[EWSN]\d{8}", re.ASCII)
_NAMES = (
    "{}", "{} Council", "London Borough of {}", "London Borough {}", "{} London Borough",
    "{} London Borough Council", "London Borough of {} Council", "LB {}", "LB of {}",
    "L B {}", "L B of {}", "Council of the London Borough of {}",
    "Mayor and Burgesses of the London Borough of {}",
)  # fmt: skip
_OF_OFFICIAL = ("{}", "{} Council", "Council of the {}", "The {}", "The Council of the {}")
_OTHER_NAMES = {
    "city-of-london": (
        "Corporation of London", "The Corporation of London", "City of London Corporation",
        "Mayor and Commonalty and Citizens of the City of London",
    ),
    "westminster": ("Westminster City Council", "City of Westminster Council", "WCC Westminster"),
    "kensington-and-chelsea": ("RBKC",),
    "hammersmith-and-fulham": ("LBHF",),
    "greater-london-authority": ("GLA",),
}  # fmt: skip


def _once(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What each name means; a name of two things means neither."""
    found: dict[str, T] = {}
    twice = set()
    for name, thing in pairs:
        if name and found.setdefault(name, thing) != thing:
            twice.add(name)
    return {name: thing for name, thing in found.items() if name not in twice}


class Bodies:
    """The boroughs and regional bodies, by all that they are called."""

    def __init__(self) -> None:
        bodies = list(Borough.objects.order_by("pk"))
        self._by_gss = {borough.gss_code: borough for borough in bodies}
        self._by_code = {borough.code: borough for borough in bodies}
        self._by_name = _once(
            (fields.comparison_key(name), borough)
            for borough in bodies
            for name in _body_names(borough)
        )

    def of(self, party: Party) -> tuple[Borough | None, str]:
        """The body that a party is, or why none."""
        by_name = self._by_name.get(fields.comparison_key(party.name))
        by_id = self._by_identifier(party)
        if by_id and by_name and by_id != by_name:
            return None, CONTRADICTORY
        borough = by_id or by_name
        return borough, "" if borough else UNKNOWN

    def _by_identifier(self, party: Party) -> Borough | None:
        for scheme, number in party.ids:
            gss = _GSS.fullmatch(number.strip().upper())
            borough = self._by_gss.get(gss[0]) if gss else None
            if scheme == "GB-LAE":
                borough = borough or self._by_code.get(number.strip().upper())
            if borough:
                return borough
        return None

    def lead_and_partners(self, buyers: Sequence[Party]) -> tuple[list[Borough], str]:
        """The lead, then those that share it, each once; or why there is no lead."""
        first, *others = buyers
        lead, reason = self.of(first)
        partners = [body for party in others if (body := self.of(party)[0])]
        if lead is None:
            return [], SHARED if partners and reason == UNKNOWN else reason
        return list(dict.fromkeys([lead, *partners])), ""


def _body_names(body: Borough) -> Iterable[str]:
    patterns = _NAMES if body.kind == Borough.Kind.BOROUGH else ("{}",)
    yield from (pattern.format(body.name) for pattern in patterns)
    yield from (pattern.format(body.official_name) for pattern in _OF_OFFICIAL)
    yield from _OTHER_NAMES.get(body.slug, ())


@dataclass
class Companies:
    """The suppliers on record and those that notices add; never one that is invented."""

    _by_number: dict[str, Supplier] = field(default_factory=dict)
    _by_name: dict[str, Supplier] = field(default_factory=dict)
    _slugs: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _products: set[str] = field(default_factory=set)
    _deleted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        everyone = list(Supplier.objects.order_by("pk"))
        aliases = SupplierAlias.objects.select_related("supplier").order_by("pk")
        pairs = [(supplier.name, supplier) for supplier in everyone] + [
            (alias.name, alias.supplier) for alias in aliases
        ]
        real = [
            (fields.comparison_key(name), supplier)
            for name, supplier in pairs
            if not supplier.illustrative
        ]
        self._by_number = {
            supplier.company_number: supplier for supplier in everyone if supplier.company_number
        }
        present = {name for name, _ in real}
        former = self._former_names(everyone)
        # A former name that two suppliers have today means neither
        self._by_name = {name: supplier for name, supplier in former.items() if name not in present}
        self._by_name |= _once(real)
        self._slugs = {supplier.slug for supplier in everyone}
        self._names = {name.lower() for name, _ in pairs}
        names = [*_known_names(Product), *_known_names(ProductAlias)]
        self._products = {fields.comparison_key(name) for name in names}

    def _former_names(self, everyone: Sequence[Supplier]) -> dict[str, Supplier]:
        """Suppliers by what they were called before; and notes the names of deleted ones."""
        alive = {supplier.pk: supplier for supplier in everyone if not supplier.illustrative}
        former = former_keys(Supplier, ["name"])
        gone = [
            value
            for value in last_writes_by_people(Supplier).values()
            if value.pgh_label == "delete"
        ]
        self._deleted = {fields.comparison_key(one.name) for one in gone}
        return _once(
            (fields.comparison_key(str(name)), alive[number])
            for (name,), number in former.items()
            if number in alive
        )

    def paid(self, suppliers: Sequence[Party], title: str) -> tuple[Supplier | None, str]:
        """Who is paid, perhaps a supplier not yet saved; or None and why that is not known."""
        named = [supplier for supplier in suppliers if supplier.name or supplier.company_number]
        if not named:
            return None, NO_SUPPLIER
        if len(named) > 1:
            return None, SEVERAL_SUPPLIERS.format(len(named))
        party, name = named[0], fields.comparison_key(named[0].name)
        if supplier := self._on_record(party, name):
            return supplier, ""
        if not name:
            return None, NO_SUPPLIER
        if name == fields.comparison_key(title):
            return None, A_TITLE
        if name in self._products or name in self._deleted:
            return None, A_PRODUCT if name in self._products else GONE
        return self._added(party, name), ""

    def _on_record(self, party: Party, name: str) -> Supplier | None:
        number = party.company_number
        if number and number in self._by_number:
            return self._by_number[number]
        supplier = self._by_name.get(name)
        other = supplier is not None and number and supplier.company_number not in {"", number}
        return None if other else supplier

    def _added(self, party: Party, name: str) -> Supplier:
        number = party.company_number
        shown = fields.shorten(party.name, 120)
        if shown.lower() in self._names:
            shown = f"{fields.shorten(party.name, 100)} ({number or len(self._names)})"
        base = slugify(shown)[:100] or "supplier"
        numbers = (f"{base}-{count}" for count in range(2, len(self._slugs) + 3))
        slug = next(one for one in (base, *numbers) if one not in self._slugs)
        supplier = Supplier(
            name=shown,
            slug=slug,
            company_number=number,
            sme=party.sme,
            vcse=party.vcse,
            note="Known from a procurement notice.",
        )
        self._slugs.add(slug)
        self._names.add(shown.lower())
        self._by_name.setdefault(name, supplier)
        if number:
            self._by_number[number] = supplier
        return supplier


def _known_names(model: type[Product] | type[ProductAlias]) -> Iterable[str]:
    return model._default_manager.order_by().values_list("name", flat=True)


class Frameworks:
    """The frameworks on record, by reference."""

    def __init__(self) -> None:
        known = Framework.objects.exclude(reference="").order_by("pk")
        self._known = [(_whole(framework.reference), framework) for framework in known]

    def named_in(self, words: str) -> Framework | None:
        """The one framework whose reference stands in the words; None if none does, or two do."""
        frameworks = (
            [framework for pattern, framework in self._known if pattern.search(words)]
            if words
            else []
        )
        return frameworks[0] if len(frameworks) == 1 else None


def _whole(reference: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(reference)}(?!\.?\w)", re.IGNORECASE)


Key = tuple[str, int, str]


@dataclass(frozen=True)
class ContractDraft:
    """One notice with those whom it means."""

    notice: AwardNotice
    lead: Borough
    partners: tuple[Borough, ...]

    @property
    def key(self) -> Key:
        """What makes it the same contract as another's: OCID, buyer and award."""
        return self.notice.ocid, self.lead.pk, self.notice.award_id

    def skipped(self, reason: str, detail: str) -> Skipped:
        """The same, left out after all."""
        return Skipped(reason, self.notice.place, self.notice.ocid, detail, self.lead.name)


def draft_contracts(
    found: Iterable[DecodedRelease], file: str, *, everything: bool, tell: Callable[[int], None]
) -> Iterator[ContractDraft | Skipped]:
    """What the releases of a file tell about boroughs; only technology unless `everything`.

    `tell` is called with the number of releases read so far.
    """
    bodies = Bodies()
    for number, decoded_release in enumerate(found, 1):
        release = Release(
            fields.checked_release(file, decoded_release.place, decoded_release.release)
        )
        yield from _drafts_from_release(release, bodies, everything)
        tell(number)


def _drafts_from_release(
    release: Release, bodies: Bodies, everything: bool
) -> Iterator[ContractDraft | Skipped]:
    if empty := release.empty():
        yield empty
        return
    led, reason = bodies.lead_and_partners(release.buyers)
    if not led:
        yield release.skipped(reason)
        return
    other = None if everything else release.not_technology()
    if other:
        yield other
        return
    for notice in release.notices():
        if isinstance(notice, AwardNotice):
            yield ContractDraft(notice, led[0], tuple(led[1:]))
        else:
            yield notice
