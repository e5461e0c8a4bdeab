"""What the page of methods says of one computation."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from citytools.pages.glossary import Page, Source


@dataclass(frozen=True)
class Method:
    """One computation: what it answers, how, from where, and what it cannot say.

    `formula` holds sentences, in their order; `maths` the same as MathML, a formula a
    line, where a fraction or a sum helps; `symbols` explain its letters. `code` names functions as
    module:function. `terms` are keys of the glossary.
    """

    key: str
    title: str
    question: str
    formula: Sequence[str]
    limits: Sequence[str]
    sources: Sequence[Source]
    used: Sequence[Page]
    code: Sequence[str]
    symbols: Sequence[tuple[str, str]] = ()
    maths: Sequence[SafeString] = ()
    terms: Sequence[str] = ()

    @property
    def address(self) -> str:
        """Its place on the page of methods."""
        return f"{reverse('method')}#{self.key}"

    @property
    def modules(self) -> list[str]:
        """The modules that it lives in."""
        return list(dict.fromkeys(path.partition(":")[0] for path in self.code))

    @property
    def functions(self) -> list[Any]:
        """What its code names; an error where there is no such thing."""
        parts = [path.partition(":") for path in self.code]
        return [attrgetter(name)(import_module(module)) for module, _, name in parts]


@dataclass(frozen=True)
class Group:
    """Methods about one thing."""

    key: str
    title: str
    methods: Sequence[Method]
