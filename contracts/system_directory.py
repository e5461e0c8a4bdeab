"""Finds systems by what contracts.csv calls them: borough/function/product."""

from collections.abc import Iterator, Mapping

from boroughs.models import Borough
from citytools.imports.authorship import last_by_people
from citytools.imports.record_finder import DeletedByPerson, RecordFinder, has
from systems.models import Function, Product, System


class SystemDirectory(Mapping[str, System]):
    """Systems as “camden/Council tax/Fixer”, by present or former names.

    Like `Directory`: a system, or a part of its name, that a person deleted raises DeletedByPerson.
    """

    def __init__(
        self,
        boroughs: Mapping[str, Borough],
        functions: Mapping[str, Function],
        products: Mapping[str, Product],
    ) -> None:
        self._boroughs, self._functions, self._products = boroughs, functions, products
        records = list(System.objects.select_related("borough", "function", "product"))
        attributes = ["borough_id", "function_id", "product_id"]
        self._finder = RecordFinder(System, attributes, last_by_people(System), records)
        self._names = [
            f"{one.borough.slug}/{one.function.name}/{one.product.name}" for one in records
        ]

    def __getitem__(self, name: str) -> System:
        slug, function, product = self._cut(name)
        key = (self._boroughs[slug].pk, self._functions[function].pk, self._products[product].pk)
        if system := self._finder.find(key):
            return system
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return has(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def function_of(self, name: str) -> Function | None:
        """The function in a system's name, whether or not there is still such a system."""
        try:
            return self._functions.get(self._cut(name)[1])
        except (DeletedByPerson, KeyError):
            return None

    def _cut(self, name: str) -> tuple[str, str, str]:
        """Borough, function and product; a function or product may hold a slash itself."""
        slug, _, rest = name.partition("/")
        for at in (at for at, sign in enumerate(rest) if sign == "/"):
            if rest[:at] in self._functions and rest[at + 1 :] in self._products:
                return slug, rest[:at], rest[at + 1 :]
        raise KeyError(name)
