"""The addresses of the same rows in every format."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class FileLinks:
    """`route` names the CSV's address, such as systems:csv; the others stand beside it."""

    route: str
    query: str

    def _address(self, suffix: str) -> str:
        place = reverse(self.route.removesuffix("csv") + suffix)
        return f"{place}?{self.query}" if self.query else place

    @property
    def csv(self) -> str:
        """As CSV."""
        return self._address("csv")

    @property
    def xlsx(self) -> str:
        """As a workbook."""
        return self._address("xlsx")

    @property
    def json(self) -> str:
        """As JSON."""
        return self._address("json")
