"""The languages edgeflow generates: which templates each is rendered from, and what it asks of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.context import Context, Form
from edgeflow.targets.types import Target

INCBIN_FROM_BYTES = 1024 * 1024  # an array of this size costs arm-none-eabi-gcc about 1.2 s and 135 MB


@dataclass(frozen=True)
class Language:
    """`trees` gives the folders below templates/ whose trees are rendered, `copies` {path: bytes} goes in as it is.

    `owns_directory` says that the output is a package of its own rather than files dropped among others.
    `check` raises when the language cannot hold the model. `forms` are the ways it can put the model's bytes.
    """

    name: str
    title: str
    owns_directory: bool
    forms: tuple[Form, ...]
    trees: Callable[[Context], tuple[str, ...]]
    copies: Callable[[Context, bytes], dict[str, bytes]]
    check: Callable[[Context], None]

    def choose_form(self, asked: Form | None, model_bytes: int) -> Form | None:
        """The form asked for, or the one for a model of that size; None where there is no choice. Raises UsageError."""
        if asked is not None and asked not in self.forms:
            raise UsageError(
                f"language {self.name} has no form {asked!r}",
                f"its forms: {', '.join(self.forms)}" if self.forms else "leave --form out",
            )
        if not self.forms:
            return None
        return asked or ("incbin" if model_bytes >= INCBIN_FROM_BYTES else "array")


def _c_array_copies(context: Context, content: bytes) -> dict[str, bytes]:
    return {f"{context.symbol}.tflite": content} if context.form == "incbin" else {}


def _python_copies(context: Context, content: bytes) -> dict[str, bytes]:
    return {f"{context.symbol}/model.tflite": content, f"{context.symbol}/py.typed": b""}


def _anything(context: Context) -> None:
    """Bytes are bytes."""


def _python_check(context: Context) -> None:
    """numpy must have the dtypes, and scales must be usable."""
    reasons = []
    for entry in context.entries:
        for port in (*entry.inputs, *entry.outputs):
            if port.numpy is None:
                reasons.append(f"tensor {port.index} ({port.name}) is {port.dtype}, which numpy has no type for")
            if not all(0 < scale < float("inf") for scale in port.scale):
                reasons.append(f"tensor {port.index} ({port.name}) has a scale that is not a positive number")
    if reasons:
        raise ModelError(
            f"{context.model_file} cannot be wrapped in Python: {reasons[0]}",
            "convert the model with float32 or int8 inputs and outputs",
            reasons,
        )


LANGUAGES: dict[str, Language] = {
    "c-array": Language(
        name="c-array",
        title="the model as a C array",
        owns_directory=False,
        forms=("array", "incbin"),
        trees=lambda context: ("c-array/both", f"c-array/{context.form}"),
        copies=_c_array_copies,
        check=_anything,
    ),
    "python": Language(
        name="python",
        title="a typed Python package",
        owns_directory=True,
        forms=(),
        trees=lambda context: ("python",),
        copies=_python_copies,
        check=_python_check,
    ),
}


def choose_language(target: Target, asked: str | None) -> Language:
    """The language asked for, or the target's first. Raises UsageError that lists what there is."""
    known = [name for name in target.languages if name in LANGUAGES]
    available = "; ".join(f"{name} ({LANGUAGES[name].title})" for name in known or LANGUAGES)
    if asked is not None and asked not in LANGUAGES and asked not in target.languages:
        raise UsageError(f"unknown language {asked!r}", f"available languages for {target.name}: {available}")
    if not known:
        raise UsageError(
            f"no wrapper for {target.name} yet: the wrapper for {target.family.capitalize()} follows",
            f"available languages, on other targets: {available}",
        )
    if asked is not None and asked not in known:
        raise UsageError(
            f"{target.name} has no language {asked!r} yet", f"available languages for {target.name}: {available}"
        )
    return LANGUAGES[asked or known[0]]
