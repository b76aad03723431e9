"""A test case a run, failed where a measurement is not to be trusted or a device does not match."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from edgeflow.results.store import Stored


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """One file, a suite a device."""
    suites = ElementTree.Element("testsuites", name="edgeflow")
    for device in dict.fromkeys(run.device for run in runs):
        own = [run for run in runs if run.device == device]
        failures = [why for run in own if (why := _failure(run))]
        suite = ElementTree.SubElement(
            suites, "testsuite", name=_sound(device), tests=str(len(own)), failures=str(len(failures))
        )
        for run in own:
            name = f"{run.noun} of {run.model_name}, {run.runtime}, {run.threads} threads, {run.run_id}"
            case = ElementTree.SubElement(suite, "testcase", classname=_sound(device), name=_sound(name))
            if run.p50_us is not None:
                case.set("time", f"{run.p50_us / 1e6:.9f}")
            if why := _failure(run):
                ElementTree.SubElement(case, "failure", message=_sound(why))
            told = [f"p50: {run.p50_us:g} µs"] if run.p50_us is not None else []
            told += [f"instructions: {run.instructions}"] if run.instructions is not None else []
            ElementTree.SubElement(case, "system-out").text = "\n".join(told)
    ElementTree.indent(suites)
    return {"xml": ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n"}


def _failure(run: Stored) -> str | None:
    if run.noun == "validation":
        return None if run.document.get("matches") else "the device does not match"
    if run.trusted is False:
        return f"not to be trusted: {'; '.join(map(str, run.document.get('reasons') or ('no reason given',)))}"
    return None


def _sound(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
