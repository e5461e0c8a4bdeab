"""Markdown as plain values for the PDF: the same tokens that a page is rendered from.

A block is {"kind": …}, a run of words {"words", "strong", "emph", "code", "link"}. What Markdown
here does not write (images, HTML) comes as the words that stand in it, never as an instruction.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from research.metrics.figures import Figure
from research.publications import text

Value = dict[str, Any]
_MARKS = {"strong": "strong", "em": "emph"}
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_LEADS = ("https://", "http://", "mailto:", "/")
"""How an address begins that a text may lead to; an anchor could lead to nothing here."""


def blocks(source: str, figures: Mapping[str, Figure], level: int) -> list[Value]:
    """A text's blocks; its headings begin at `level` and skip none, as a tagged PDF must not."""
    return _Walk(figures, level).within(SyntaxTreeNode(text.parsed(source)))


class _Walk:
    """One way through one text."""

    def __init__(self, figures: Mapping[str, Figure], level: int) -> None:
        self.figures, self.level, self.deepest = figures, level, level

    def within(self, node: SyntaxTreeNode) -> list[Value]:
        return [block for child in node.children for block in self.blocks(child)]

    def blocks(self, node: SyntaxTreeNode) -> Iterator[Value]:
        if node.type == "heading":
            yield self.heading(node)
        elif node.type in {"bullet_list", "ordered_list"}:
            yield self.listed(node)
        elif node.type == "blockquote":
            yield {"kind": "quote", "blocks": self.within(node)}
        elif node.type == "table":
            yield {"kind": "grid", "rows": self.rows(node)}
        elif node.type in {"fence", "code_block"}:
            yield {"kind": "code", "words": node.content}
        elif node.type == "paragraph":
            yield {"kind": "paragraph", "runs": self.line(node)}
        elif node.type != "hr" and node.content:
            yield {"kind": "paragraph", "runs": [{"words": node.content}]}

    def heading(self, node: SyntaxTreeNode) -> Value:
        depth = min(self.deepest, self.level + max(0, int(node.tag[1:]) - 2))
        self.deepest = depth + 1
        return {"kind": "heading", "depth": depth, "runs": self.line(node)}

    def listed(self, node: SyntaxTreeNode) -> Value:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        return {
            "kind": "list",
            "start": start,
            "items": [self.within(one) for one in node.children],
        }

    def rows(self, node: SyntaxTreeNode) -> list[list[list[Value]]]:
        """The cells of a table by row, its heading first."""
        lines = [line for part in node.children for line in part.children]
        return [[self.line(cell) for cell in line.children] for line in lines]

    def line(self, node: SyntaxTreeNode) -> list[Value]:
        return [run for child in node.children for run in self.runs(child, {})]

    def runs(self, node: SyntaxTreeNode, marks: Value) -> Iterator[Value]:
        if node.type == "metric":
            yield marks | {"words": text.said(node.meta["token"], node.content, self.figures)}
        elif node.type in _BREAKS:
            yield marks | {"words": _BREAKS[node.type]}
        elif node.type == "code_inline":
            yield marks | {"words": node.content, "code": True}
        elif node.children and node.type != "image":
            within = marks | _mark(node)
            for child in node.children:
                yield from self.runs(child, within)
        elif node.content:
            yield marks | {"words": node.content}


def _mark(node: SyntaxTreeNode) -> Value:
    if node.type == "link":
        address = str(node.attrs.get("href", ""))
        return {"link": address} if address.startswith(_LEADS) else {}
    return {_MARKS[node.type]: True} if node.type in _MARKS else {}
