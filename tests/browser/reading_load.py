"""What a page asks to be read before its answer: words, links and pixels after the heading.

The answer of a page is the first thing after its h1 that is rows, a picture, facts or a part with a
heading of its own: an element marked `data-answer`, or else one of `_ANSWERS`; on a page of prose
its first paragraph. The sentence under the h1 (`.ct-answer`) is read as words before it. Filters,
what is folded or hidden, and what only a screen reader hears are not counted; pixels are those from
the top of the page.
"""

from typing import NamedTuple

from playwright.sync_api import Page

_ANSWERS = ", ".join(
    (
        *(".ct-scroll", "table", "figure", ".ct-chart", "dl"),
        *(".ct-cards", ".ct-card", ".ct-hits", ".ct-changes", ".ct-best", ".ct-axis"),
        *("h2", "form:not(.ct-filters__form)", ".govuk-details", ".ct-brief"),
        *(".govuk-error-summary", ".govuk-inset-text", ".ct-part", ".ct-axis", ".ct-tiles"),
    )
)
_MEASURE = """(answers) => {
  const main = document.querySelector("main"), h1 = main.querySelector("h1");
  const follows = (node, other) =>
    other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 1;
  const first = (names) =>
    [...main.querySelectorAll(names)].find(
      (one) => follows(one, h1) && seen(one)
        && (one.matches("[data-answer]") || !one.closest(".ct-filters")));
  const answer = first("[data-answer]") ?? first(answers) ?? first("p");
  const counts = (element) => follows(element, h1) && !h1.contains(element) && seen(element)
    && !element.closest(".ct-filters, .govuk-visually-hidden")
    && !(answer && (answer.contains(element) || follows(element, answer)));
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && counts(walker.currentNode.parentElement)) words += text.split(/\\s+/).length;
  }
  return {
    words,
    links: [...main.querySelectorAll("a")].filter(counts).length,
    top: answer ? Math.round(answer.getBoundingClientRect().top + scrollY) : -1,
    height: document.documentElement.scrollHeight,
    answer: answer ? answer.tagName.toLowerCase() + "." + answer.className : "none",
  };
}"""


class ReadingLoad(NamedTuple):
    """Words and links before the answer, its distance from the top, and the page's height (px)."""

    words: int
    links: int
    top: int
    height: int
    answer: str


def measure_reading_load(page: Page) -> ReadingLoad:
    """The reading load of the page shown; top is -1 where it has no answer."""
    return ReadingLoad(**page.evaluate(_MEASURE, _ANSWERS))
