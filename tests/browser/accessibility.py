"""What axe finds wrong with a page as it is shown."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Without lists of all that is well, which nobody reads, axe takes half the time
_WRONG_ALONE = {"resultTypes": ["violations"]}


def assert_clean(page: Page, where: str = "") -> None:
    """No violation of any rule; the report says which element breaks which rule."""
    results = Axe().run(page, options=_WRONG_ALONE)
    assert results.violations_count == 0, f"{where or page.url}\n{results.generate_report()}"
