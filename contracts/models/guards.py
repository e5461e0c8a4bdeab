"""What the database itself refuses across two tables of contracts."""

import pgtrigger

from citytools.facts.confirmation import LinkEndsConfirmation

_CHECK = """
IF EXISTS (
    SELECT 1 FROM contracts_contractpartner partner
    JOIN contracts_contract contract
      ON contract.id = partner.contract_id AND contract.lead_id = partner.borough_id
    WHERE contract.id = NEW.{contract}
) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}',
        MESSAGE = 'the borough that leads a contract is not also a partner: take one of them off';
END IF;
RETURN NULL;
"""


def lead_is_no_partner(
    name: str, contract: str, operation: pgtrigger.Operation
) -> pgtrigger.Trigger:
    """A trigger that looks at the end of a transaction, so that one form may swap the two."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=operation,
        func=_CHECK.format(name=name, contract=contract),
    )


def ends_confirmation(name: str) -> pgtrigger.Trigger:
    """A trigger on a table of links: who shares a contract, and what it covers, is part of it."""
    return LinkEndsConfirmation(name, table="contracts_contract", column="contract_id")
