"""A plot, and its three forms: inside a page, an SVG file of its own, a PNG file.

In SVG every colour is a CSS variable, so that a plot follows the page's (or the reader's) light or dark; text is text
and inherits its font; the same runs give the same bytes.
"""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgeflow.errors import EdgeflowError
from edgeflow.results.quantities import shown
from edgeflow.results.report.colours import DARK, LIGHT, MARKS, VARIABLES, Colours, colours, declarations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_IN = 4.3
_PNG_DPI = 160
_SVG = "http://www.w3.org/2000/svg"
_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "edgeflow",
    "text.parse_math": False,  # names may hold dollars
    "axes.unicode_minus": True,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Plot:
    """`name` is a file's stem; `draw` fills a figure; `title` and `description` tell it in words."""

    name: str
    title: str
    description: str
    height_in: float
    draw: Callable[[Figure, Colours], None]


def inline_svg(plot: Plot, prefix: str) -> str:
    """The plot as an element of a page; its ids begin with `prefix`."""
    return ElementTree.tostring(_drawn_svg(plot, prefix), encoding="unicode")


def svg_file(plot: Plot) -> bytes:
    """The plot as a file that follows the reader's light or dark."""
    root = _drawn_svg(plot, "p")
    root.set("xmlns", _SVG)
    style = ElementTree.Element("style")
    style.text = (
        f"svg{{{declarations(LIGHT)}color:var(--ink);background:var(--surface);font-family:sans-serif}}"
        f"@media(prefers-color-scheme:dark){{svg{{{declarations(DARK)}}}}}"
    )
    root.insert(0, style)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def png_file(plot: Plot) -> bytes:
    """The plot as pixels, light."""
    with _figure(plot, colours(LIGHT)) as figure:
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=_PNG_DPI, facecolor=LIGHT["surface"], metadata={"Software": None})
    return out.getvalue()


@contextmanager
def _figure(plot: Plot, chosen: Colours) -> Iterator[Figure]:
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise EdgeflowError("plots need matplotlib", "pip install 'edgeflow[report]'") from None
    ink = dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), chosen.ink)
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that the measuring font lacks
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, **ink})
        figure = Figure(figsize=(WIDTH_IN, plot.height_in))
        plot.draw(figure, chosen)
        yield figure


def _drawn_svg(plot: Plot, prefix: str) -> ElementTree.Element:
    out = io.BytesIO()
    with _figure(plot, colours(MARKS)) as figure:
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(out.getvalue())
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    used = {value for element in root.iter() for value in _references(element)}
    for element in root.iter():
        _tidy(element, used, prefix)
    _without_empty(root)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{prefix}-title {prefix}-desc"}
    for number, (tag, text) in enumerate((("title", plot.title), ("desc", plot.description))):
        told = ElementTree.Element(tag, id=f"{prefix}-{tag}")
        told.text = shown(text, 1000)
        root.insert(number, told)
    root.tail = None
    return root


_REFERENCE = re.compile(r"^#(.+)$|url\(#([^)]+)\)")
_COLOUR = re.compile("|".join(VARIABLES))
_DECIMALS = re.compile(r"(\d+\.\d)\d+")
_FONT = re.compile(r"font: ([^;']*?) ?'[^;]*")


def _references(element: ElementTree.Element) -> Iterator[str]:
    for value in element.attrib.values():
        for found in _REFERENCE.finditer(value):
            yield found[1] or found[2]


def _tidy(element: ElementTree.Element, used: set[str], prefix: str) -> None:
    element.tag = element.tag.rpartition("}")[2]
    element.tail = None
    if element.text and not element.text.strip():
        element.text = None
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        plain = name.rpartition("}")[2]
        if plain == "id":
            if value not in used:
                continue
            value = f"{prefix}-{value}"
        value = re.sub(r"url\(#", f"url(#{prefix}-", value)
        value = f"#{prefix}-{value[1:]}" if plain == "href" else value
        if plain in ("style", "fill", "stroke"):
            value = _COLOUR.sub(lambda found: VARIABLES[found[0]], value)
            value = _FONT.sub(r"font: \1 sans-serif", value)
        elif plain in ("d", "x", "y", "width", "height") or (plain == "transform" and "scale" not in value):
            value = _DECIMALS.sub(r"\1", value)
        element.set(plain, " ".join(value.split()))


def _without_empty(element: ElementTree.Element) -> None:
    for child in list(element):
        _without_empty(child)
        if child.tag in ("g", "defs") and len(child) == 0:
            element.remove(child)
