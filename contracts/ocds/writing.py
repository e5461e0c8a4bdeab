"""Writes what a plan says: suppliers, contracts in their states, and who shares them.

The caller opens the transaction and names the batch in the history.
"""

from citytools.facts.provenance import SourceKind
from contracts.models import Contract, ContractPartner
from contracts.ocds import states
from contracts.ocds.import_plan import Change, Plan
from systems.models import Supplier

_BATCH = 1000


def write(plan: Plan) -> None:
    """Everything, each state of a contract as a change of its own, so that history keeps all."""
    _write_suppliers(plan)
    made = [(one, _made(one)) for one in plan.new]
    Contract.objects.bulk_create([record for _, record in made], batch_size=_BATCH)
    written = made + [(one, one.record) for one in plan.changed if one.record]
    later = [(record, one.states[1 if one.record is None else 0 :]) for one, record in written]
    for wave in range(max((len(following) for _, following in later), default=0)):
        _write_wave([(record, one[wave]) for record, one in later if wave < len(one)])
    ContractPartner.objects.bulk_create(
        ContractPartner(contract=record, borough=borough)
        for one, record in written
        for borough in one.partners
    )


def _write_suppliers(plan: Plan) -> None:
    named = (state["supplier"] for one in plan.changes for state in one.states)
    unsaved = {id(one): one for one in named if one is not None and one.pk is None}
    Supplier.objects.bulk_create(unsaved.values(), batch_size=_BATCH)


def _made(change: Change) -> Contract:
    given = states.identity(change.draft) | change.states[0]
    return Contract(source_kind=SourceKind.NOTICE, **given)


def _write_wave(wave: list[tuple[Contract, states.State]]) -> None:
    for record, state in wave:
        for name, value in state.items():
            setattr(record, name, value)
    Contract.objects.bulk_update([record for record, _ in wave], states.FIELDS, batch_size=_BATCH)
