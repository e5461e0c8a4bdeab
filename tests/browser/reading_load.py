"""What a page asks to be read before its answer: words, links and pixels after the heading.

The answer of a page is the first thing after its h1 that is rows, a picture or facts: an element
marked `data-answer`, or else a table, figure, chart, list of facts, list of cards or error. The
sentence under the h1 (`.ct-answer`) is read as words before it. Filters that stand beside or are
folded, what is hidden, and what only a screen reader hears are not counted; pixels are those from
the top of the page.
"""

from typing import NamedTuple

from playwright.sync_api import Page

_ANSWERS = ", ".join(
    (
        *("[data-answer]", ".ct-scroll", "table", "figure", ".ct-chart", "dl"),
        *(".ct-cards", ".ct-card", ".ct-hits", ".ct-changes", ".ct-best"),
        *(".govuk-error-summary", ".govuk-inset-text", ".ct-letter", ".ct-method"),
    )
)
_MEASURE = """(answers) => {
  const main = document.querySelector("main"), h1 = main.querySelector("h1");
  const follows = (node, other) => other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().height > 1;
  const answer = [...main.querySelectorAll(answers)].find((one) => follows(one, h1) && seen(one));
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
    """Before the answer: words, links, and its distance from the top; and the page's height (px)."""

    words: int
    links: int
    top: int
    height: int
    answer: str


def measure_reading_load(page: Page) -> ReadingLoad:
    """The reading load of the page shown; top is -1 where it has no answer."""
    return ReadingLoad(**page.evaluate(_MEASURE, _ANSWERS))
