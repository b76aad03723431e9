"""The page by itself: complete, accessible, small, and inert whatever a model is called."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from edgeflow.results.recording import to_stored
from edgeflow.results.report.gathered import gather
from edgeflow.results.report.page import MOST_BYTES, render_page
from edgeflow.results.store import Stored
from tests.results.conftest import make_result
from tests.results.report.conftest import hostile_fleet, large_fleet, small_fleet, timed

VOID = {"meta", "link", "br", "img", "input", "hr"}
SECTIONS = {"s-fleet", "s-distributions", "s-history", "s-operators", "s-memory", "s-tradeoff"} | {
    "s-validation",
    "s-verdicts",
    "s-made",
}


@functools.cache
def page_of(fleet: Callable[[], list[Stored]]) -> bytes:
    return render_page(gather(fleet()))


@pytest.fixture(params=[small_fleet, hostile_fleet], ids=["usual names", "hostile names"])
def rendered(request: pytest.FixtureRequest) -> bytes:
    return page_of(request.param)


class Page(HTMLParser):
    """Elements with their attributes and parents; every element must be closed in order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.feed(page.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes, _ in self.elements if name == tag]


def test_landmarks_captions_and_names_are_where_a_screen_reader_looks(rendered: bytes) -> None:
    page = Page(rendered)
    for landmark in ("header", "nav", "main", "footer", "title", "h1"):
        assert len([1 for tag, _, parents in page.elements if tag == landmark and "svg" not in parents]) == 1
    (html,) = page.of("html")
    assert html["lang"] == "en"
    assert page.of("a")[0] == {"class": "skip", "href": "#main"}
    ids = Counter(attributes["id"] for _, attributes, _ in page.elements if "id" in attributes)
    assert set(ids) >= SECTIONS and [name for name, count in ids.items() if count > 1] == []
    for _, attributes, _ in page.elements:
        for name in ("aria-labelledby", "href", "aria-describedby"):
            for target in attributes.get(name, "").split() if name != "href" else [attributes.get("href", "")]:
                if name != "href":
                    assert target in ids
                elif target.startswith("#"):
                    assert target[1:] in ids
    assert len(page.of("table")) == len(page.of("caption")) > 4
    assert all(head.get("scope") in ("col", "row") for head in page.of("th"))
    plots = page.of("svg")
    assert len(plots) >= 5 and all(plot["role"] == "img" and plot["aria-labelledby"] for plot in plots)
    assert len([1 for tag, _, parents in page.elements if tag == "title" and parents[-1] == "svg"]) == len(plots)
    assert len([1 for tag, _, parents in page.elements if tag == "button" and parents[-1] == "th"]) > 20


def test_the_page_asks_nothing_of_the_network(rendered: bytes) -> None:
    page, parsed = rendered, Page(rendered)
    assert {tag for tag, _, _ in parsed.elements} & {
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "image",
    } == set()
    for tag, attributes, _ in parsed.elements:
        for name in ("src", "href", "action", "poster", "srcset", "data"):
            if name in attributes:
                assert attributes[name].startswith(("#", "data:,")), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert parsed.of("link") == [{"rel": "icon", "href": "data:,"}]
    assert re.findall(rb"url\((?!#)|@import|<!DOCTYPE svg", page) == []


def test_hostile_names_add_no_element_and_break_no_line() -> None:
    page = page_of(hostile_fleet)
    parsed = Page(page)
    assert len(parsed.of("script")) == 1 and parsed.of("b") == []
    assert b"&lt;/script&gt;" in page and b"<script>alert" not in page
    assert "\u202e" not in page.decode()


def test_two_hundred_runs_stay_below_the_limit_and_what_is_left_out_is_counted() -> None:
    page = page_of(large_fleet)
    assert 200_000 < len(page) < MOST_BYTES
    small = render_page(gather(small_fleet()), most_bytes=80_000)
    assert len(small) < 80_000
    assert b"older runs are left out here" in small and b"more are left out; choose fewer runs" in small


@pytest.mark.parametrize("us", [0.0, 1e-12, 1e300])
def test_times_beyond_reason_are_drawn_or_left_out_but_never_fail(us: float) -> None:
    odd = timed(1, us=us) | {"conditions": {"runs_per_sample": 3, "before": "x", "during": {}, "after": [[1]]}}
    Page(render_page(gather([to_stored(odd | {"created": "yesterday"}), to_stored(timed(2, us=1.0, day=3))])))


def test_the_same_runs_give_the_same_bytes() -> None:
    assert page_of(small_fleet) == render_page(gather(list(reversed(small_fleet()))))


def test_a_section_without_data_says_what_would_fill_it_and_draws_nothing() -> None:
    page = render_page(gather([to_stored(make_result(latency_us=None, unavailable={"latency_us": "x"}))]))
    text = page.decode()
    assert Page(page).of("svg") == []
    for command in (
        "edgeflow bench MODEL --device D --profile",
        "edgeflow validate MODEL --device D",
        "measured again",
    ):
        assert command in text


def test_an_emulators_time_is_bracketed_and_said_not_to_be_a_devices() -> None:
    text = page_of(small_fleet).decode()
    bracketed = re.findall(r">\((\d[^<]*)\)<", text)
    assert len(bracketed) >= 3 and all(value.endswith("ms") for value in bracketed)
    assert "not a device&#39;s" in text
    assert "never turned into time" in text


@pytest.mark.parametrize(
    "told",
    [
        "governor",
        "<td>0.7, 0.9</td>",
        "no source for</dt><dd>throttled",
        "asked pin 2",
        "none, each sample is one run",
        "unavailable</dt>",
        "performance",
        "5 runs to warm up",
        "random, seed 0",
        "0.1.0",
        "arm-none-eabi-gcc 12.2",
        "drifting",
    ],
)
def test_how_a_number_was_made_is_told(told: str) -> None:
    made = page_of(small_fleet).decode().partition('id="s-made"')[2]
    assert told in made
