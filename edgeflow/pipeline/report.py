"""The public verb `report`: runs of the result store as one page, as Markdown, and as plots."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from edgeflow.errors import UsageError
from edgeflow.files import write_whole
from edgeflow.pipeline.results import find_run, list_results, read_runs
from edgeflow.results.report.gathered import Gathered, gather
from edgeflow.results.report.markdown import render_markdown
from edgeflow.results.report.page import render_page
from edgeflow.results.report.plot import png_file, svg_file
from edgeflow.results.report.sections import sections
from edgeflow.results.store import Stored, open_store

PlotFormat = Literal["svg", "png"]
_LIMIT = 200


@dataclass(frozen=True)
class Report:
    """What a report is of, and where it was written; `missing` names the sections that have no plot."""

    page: Path
    page_bytes: int
    markdown: Path | None
    plots: tuple[Path, ...]
    runs: tuple[str, ...]
    validations: tuple[str, ...]
    missing: tuple[str, ...]


def report(
    runs: Sequence[str] = (),
    *,
    output: Path | str = "report.html",
    markdown: Path | str | None = None,
    plots: Path | str | None = None,
    plot_format: PlotFormat = "svg",
    model: str | None = None,
    device: str | None = None,
    noun: str | None = None,
    tags: Sequence[str] = (),
    since: str | None = None,
    limit: int | None = None,
    store: str | Path | None = None,
) -> Report:
    """Write a page on runs: by id, `last`, tag:NAME or JSON file, or all that match (the newest 200 without `limit`).

    The page is complete in itself and below 1.5 MB. Nothing is written before all is made. Raises UsageError where no
    run matches, both ways of choosing are used, or a place cannot be written; StoreError; EdgeflowError without
    matplotlib.
    """
    if runs and (model or device or noun or tags or since or limit):
        raise UsageError("runs were named and searched for", "name runs, or use --model, --device, --tag, --since")
    if runs:
        chosen: Sequence[Stored] = _named(runs, store)
    else:
        wanted = limit or _LIMIT
        chosen = list_results(model=model, device=device, noun=noun, tags=tags, since=since, limit=wanted, store=store)
    if not chosen:
        raise UsageError("no run matches", "see edgeflow results list; edgeflow bench MODEL --device D makes one")
    return write_report(chosen, output=output, markdown=markdown, plots=plots, plot_format=plot_format)


def write_report(
    chosen: Sequence[Stored],
    *,
    output: Path | str,
    markdown: Path | str | None = None,
    plots: Path | str | None = None,
    plot_format: PlotFormat = "svg",
) -> Report:
    """The same of runs at hand."""
    gathered = gather(chosen)
    files: dict[Path, bytes] = {Path(output): render_page(gathered)}
    images = _images(gathered, Path(plots), plot_format) if plots is not None else {}
    files |= dict(images.values())
    if markdown is not None:
        beside = Path(markdown).absolute().parent
        paths = {name: _relative(path, beside) for name, (path, _) in images.items()}
        files[Path(markdown)] = render_markdown(gathered, paths)
    try:
        if plots is not None:
            Path(plots).mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            write_whole(path, content)
    except OSError as error:
        where = error.filename2 or error.filename
        raise UsageError(f"cannot write {where}: {error.strerror}", "give files in folders that exist") from None
    return Report(
        Path(output),
        len(files[Path(output)]),
        Path(markdown) if markdown is not None else None,
        tuple(path for path, _ in images.values()),
        tuple(run.result.run_id for run in gathered.runs),
        tuple(one.run_id for one in gathered.validations),
        tuple(section.name for section in sections(gathered) if not section.plots),
    )


def _named(runs: Sequence[str], store: str | Path | None) -> list[Stored]:
    """Each run once, in the order given."""
    found: dict[str, Stored] = {}
    names = [run for run in runs if not run.endswith(".json")]
    for file in (run for run in runs if run.endswith(".json")):
        found |= {run.run_id: run for run in read_runs(Path(file))}
    if names:
        with open_store(store) as opened:
            for name in names:
                run = find_run(opened, name)
                found[run.run_id] = run
    return list(found.values())


def _images(gathered: Gathered, folder: Path, plot_format: PlotFormat) -> Mapping[str, tuple[Path, bytes]]:
    draw = png_file if plot_format == "png" else svg_file
    return {
        plot.name: (folder / f"{plot.name}.{plot_format}", draw(plot))
        for section in sections(gathered)
        for plot in section.plots
    }


def _relative(path: Path, beside: Path) -> str:
    return quote(Path(os.path.relpath(path.absolute(), beside)).as_posix())
