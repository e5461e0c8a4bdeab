"""Which boroughs, suppliers and frameworks on record a notice names. Never by likeness.

A borough is known by its GSS code, by its code among local authorities for England (GB-LAE), or by
a name it goes by; a supplier by its company number, then by its name or another name of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.text import slugify

from boroughs.models import Borough
from citytools.imports.authorship import Authorship, former_keys
from citytools.imports.faults import FaultLog
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
_BOROUGH_NAMES = (
    "{}", "{} Council", "London Borough of {}", "London Borough {}", "{} London Borough",
    "{} London Borough Council", "London Borough of {} Council", "LB {}", "LB of {}",
    "L B {}", "L B of {}", "Council of the London Borough of {}",
    "Mayor and Burgesses of the London Borough of {}",
)  # fmt: skip
_OFFICIAL_NAMES = ("{}", "{} Council", "Council of the {}", "The {}", "The Council of the {}")
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


def _unambiguous(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What each name means; a name of two things means neither."""
    meanings: dict[str, T] = {}
    ambiguous = set()
    for name, thing in pairs:
        if name and meanings.setdefault(name, thing) != thing:
            ambiguous.add(name)
    return {name: thing for name, thing in meanings.items() if name not in ambiguous}


class Bodies:
    """The boroughs and regional bodies, by all that they are called."""

    def __init__(self) -> None:
        bodies = list(Borough.objects.order_by("pk"))
        self._by_gss = {body.gss_code: body for body in bodies}
        self._by_code = {body.code: body for body in bodies}
        self._by_name = _unambiguous(
            (fields.comparison_key(name), body) for body in bodies for name in _body_names(body)
        )

    def match(self, party: Party) -> tuple[Borough | None, str]:
        """The body that a party is, or why none."""
        by_name = self._by_name.get(fields.comparison_key(party.name))
        by_id = self._by_identifier(party)
        if by_id and by_name and by_id != by_name:
            return None, CONTRADICTORY
        body = by_id or by_name
        return body, "" if body else UNKNOWN

    def _by_identifier(self, party: Party) -> Borough | None:
        for scheme, number in party.ids:
            code = number.strip().upper()
            body = self._by_gss.get(code) if _GSS.fullmatch(code) else None
            if body is None and scheme == "GB-LAE":
                body = self._by_code.get(code)
            if body:
                return body
        return None

    def lead_and_partners(self, buyers: Sequence[Party]) -> tuple[list[Borough], str]:
        """The lead, then those that share it, each once; or why there is no lead."""
        lead, reason = self.match(buyers[0])
        partners = [body for party in buyers[1:] if (body := self.match(party)[0])]
        if lead is None:
            return [], SHARED if partners and reason == UNKNOWN else reason
        return list(dict.fromkeys([lead, *partners])), ""


def _body_names(body: Borough) -> Iterable[str]:
    patterns = _BOROUGH_NAMES if body.kind == Borough.Kind.BOROUGH else ("{}",)
    yield from (pattern.format(body.name) for pattern in patterns)
    yield from (pattern.format(body.official_name) for pattern in _OFFICIAL_NAMES)
    yield from _OTHER_NAMES.get(body.slug, ())


class Companies:
    """The suppliers on record and those that notices add; never an illustrative one."""

    def __init__(self) -> None:
        suppliers = list(Supplier.objects.order_by("pk"))
        aliases = SupplierAlias.objects.select_related("supplier").order_by("pk")
        pairs = [(supplier.name, supplier) for supplier in suppliers]
        pairs += [(alias.name, alias.supplier) for alias in aliases]
        present = [
            (fields.comparison_key(name), supplier)
            for name, supplier in pairs
            if not supplier.illustrative
        ]
        self._by_number = {
            supplier.company_number: supplier for supplier in suppliers if supplier.company_number
        }
        # A former name that is a present one of somebody, even of two, means nobody else
        taken = {name for name, _ in present}
        self._by_name = {
            name: supplier for name, supplier in _former_names(suppliers) if name not in taken
        } | _unambiguous(present)
        self._slugs = {supplier.slug for supplier in suppliers}
        self._names = {name.lower() for name, _ in pairs}
        self._products = {
            fields.comparison_key(name)
            for model in (Product, ProductAlias)
            for name in model._default_manager.order_by().values_list("name", flat=True)
        }
        self._deleted = {
            fields.comparison_key(str(name))
            for (name,) in Authorship(Supplier).deleted_values("name")
        }

    def match(self, suppliers: Sequence[Party], title: str) -> tuple[Supplier | None, str]:
        """Who is paid, perhaps a supplier not yet saved; or None and why that is not known."""
        known = [supplier for supplier in suppliers if supplier.name or supplier.company_number]
        if not known:
            return None, NO_SUPPLIER
        if len(known) > 1:
            return None, SEVERAL_SUPPLIERS.format(len(known))
        party, name = known[0], fields.comparison_key(known[0].name)
        if supplier := self._on_record(party, name):
            return supplier, ""
        if not name:
            return None, NO_SUPPLIER
        if name == fields.comparison_key(title):
            return None, A_TITLE
        if name in self._products or name in self._deleted:
            return None, A_PRODUCT if name in self._products else GONE
        return self._add(party, name), ""

    def _on_record(self, party: Party, name: str) -> Supplier | None:
        number = party.company_number
        if number and number in self._by_number:
            return self._by_number[number]
        supplier = self._by_name.get(name)
        # The same name with another number at Companies House is another company
        if supplier and number and supplier.company_number not in {"", number}:
            return None
        return supplier

    def _add(self, party: Party, name: str) -> Supplier:
        number = party.company_number
        label = fields.shorten(party.name, 120)
        if label.lower() in self._names:
            label = f"{fields.shorten(party.name, 100)} ({number or len(self._names)})"
        base = slugify(label)[:100] or "supplier"
        candidates = (base, *(f"{base}-{count}" for count in range(2, len(self._slugs) + 3)))
        supplier = Supplier(
            name=label,
            slug=next(slug for slug in candidates if slug not in self._slugs),
            company_number=number,
            sme=party.sme,
            vcse=party.vcse,
            note="Known from a procurement notice.",
        )
        self._slugs.add(supplier.slug)
        self._names.add(label.lower())
        self._by_name.setdefault(name, supplier)
        if number:
            self._by_number[number] = supplier
        return supplier


def _former_names(suppliers: Sequence[Supplier]) -> Iterable[tuple[str, Supplier]]:
    """What suppliers on record were called before, as far as it means one of them."""
    real = {supplier.pk: supplier for supplier in suppliers if not supplier.illustrative}
    former = former_keys(Supplier, ["name"]).items()
    return _unambiguous(
        (fields.comparison_key(str(name)), real[pk]) for (name,), pk in former if pk in real
    ).items()


class Frameworks:
    """The frameworks on record, by reference."""

    def __init__(self) -> None:
        whole = r"(?i)(?<![\w.]){}(?!\.?\w)"
        self._patterns = [
            (re.compile(whole.format(re.escape(framework.reference))), framework)
            for framework in Framework.objects.exclude(reference="").order_by("pk")
        ]

    def match(self, words: str) -> Framework | None:
        """The one framework whose reference stands in the words; None if none does, or two do."""
        if not words:
            return None
        matches = [framework for pattern, framework in self._patterns if pattern.search(words)]
        return matches[0] if len(matches) == 1 else None


Key = tuple[str, int, str]


@dataclass(frozen=True)
class ContractDraft:
    """One notice with the boroughs that it names."""

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
    decoded: Iterable[DecodedRelease],
    file: str,
    *,
    everything: bool,
    log: FaultLog,
    progress: Callable[[], None],
) -> Iterator[ContractDraft | Skipped]:
    """What the releases of a file say about boroughs; only technology unless `everything`.

    `progress` is called after each release. A release at fault says nothing.
    """
    bodies = Bodies()
    for item in decoded:
        faults = len(log)
        release = fields.release_object(file, item.number, item.release, log)
        drafts = list(_drafts_from_release(Release(release), bodies, everything)) if release else []
        if len(log) == faults:
            yield from drafts
        progress()


def _drafts_from_release(
    release: Release, bodies: Bodies, everything: bool
) -> Iterator[ContractDraft | Skipped]:
    if empty := release.empty():
        yield empty
        return
    boroughs, reason = bodies.lead_and_partners(release.buyers)
    if not boroughs:
        yield release.skipped(reason)
    elif not everything and (other := release.not_technology()):
        yield other
    else:
        for notice in release.notices():
            if isinstance(notice, AwardNotice):
                yield ContractDraft(notice, boroughs[0], tuple(boroughs[1:]))
            else:
                yield notice
