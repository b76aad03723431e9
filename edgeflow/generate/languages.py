"""The languages edgeflow generates: a folder below templates/ each, which `language.toml` describes."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from edgeflow.errors import EdgeflowError, ModelError, UsageError
from edgeflow.generate import signals, tensors
from edgeflow.generate.escape import py_comment
from edgeflow.resources import data_roots
from edgeflow.targets.types import Target

if TYPE_CHECKING:
    from edgeflow.generate.context import Context

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class Large(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form for models of `bytes` and more where none is asked for."""

    form: _Text
    bytes: int


class Copy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is not rendered: `what` (a key of COPIED) goes to the path `to`, with `form` in that form alone."""

    what: _Text
    to: _Text
    form: _Text | None = None


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `form` cannot hold beside the language's own limits; `instead` is the form that can.

    `free_sizes`: inputs whose sizes the caller chooses; `subgraphs`: signatures on other subgraphs than the first;
    `no_inputs`: calls without any input.
    """

    form: _Text
    instead: _Text
    dtypes: tuple[_Text, ...] | None = None
    free_sizes: bool = True
    subgraphs: bool = True
    no_inputs: bool = True

    def reasons(self, context: Context) -> list[str]:
        """Why the model cannot have this form."""
        found = []
        for entry in context.entries:
            if not self.subgraphs and entry.by_key:
                found.append(f"signature {entry.key!r} runs by its name, which the form {self.form} cannot")
            if not self.no_inputs and not entry.inputs:
                found.append(f"{entry.method} has no input, without which the form {self.form} runs nothing")
            for port in (*entry.inputs, *entry.outputs):
                which = f"tensor {port.index} ({port.name})"
                if self.dtypes is not None and port.dtype not in self.dtypes:
                    found.append(f"{which} is {port.dtype}, which the form {self.form} cannot hold")
                if not self.free_sizes and -1 in port.shape:
                    found.append(f"{which} has free sizes {list(port.shape)}, which the form {self.form} cannot set")
        return found


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    title: _Text
    names: Literal["c", "python"] = "c"
    owns_directory: bool = False
    reads_values: bool = False
    library: bool = False
    golden: _Text | None = None
    forms: tuple[_Text, ...] = ()
    large: Large | None = None
    dtypes: tuple[_Text, ...] = ()
    prepares: tuple[_Text, ...] = ("plain", "image")
    packaged: bool = False
    limit: tuple[Limit, ...] = ()
    copy: tuple[Copy, ...] = ()


@dataclass(frozen=True)
class Language:
    """`folder` holds its templates: one tree, or with `forms` (the ways it can be had) a tree for each beside `both`.

    `names` is the rule for the name of the whole (`names.c_symbol` or `names.package_name`). `owns_directory` says
    that the output is a package of its own rather than files dropped among others, `reads_values` that it prepares
    and reads values instead of holding bytes alone; then tensors must be of `dtypes` and inputs prepared in one of the
    ways of `prepares` (`PreStep.kind`). `golden` is the folder in the output that takes golden vectors, None where
    there is none; in it and in `copies` `__symbol__` stands for the name. `packaged` says that its files lie in a Java
    package, `limits` what single forms cannot hold, `library` that it is C with the runtime's own sources
    (edgeflow.generate.micro.library).
    """

    name: str
    title: str
    folder: Path
    names: Literal["c", "python"] = "c"
    owns_directory: bool = False
    reads_values: bool = False
    library: bool = False
    golden: str | None = None
    forms: tuple[str, ...] = ()
    large: Large | None = None
    dtypes: tuple[str, ...] = ()
    prepares: tuple[str, ...] = ("plain", "image")
    packaged: bool = False
    limits: tuple[Limit, ...] = ()
    copies: tuple[Copy, ...] = ()

    def choose_form(self, asked: str | None, model_bytes: int) -> str | None:
        """The form asked for, or the one for a model of that size; None where there is no choice. Raises UsageError."""
        if asked is not None and asked not in self.forms:
            raise UsageError(
                f"language {self.name} has no form {asked!r}",
                f"its forms: {', '.join(self.forms)}" if self.forms else "leave --form out",
            )
        if not self.forms:
            return None
        large = self.large.form if self.large and model_bytes >= self.large.bytes else self.forms[0]
        return asked or large

    def trees(self, form: str | None) -> tuple[Path, ...]:
        """The folders of templates to render."""
        return (self.folder / "both", self.folder / form) if form else (self.folder,)

    def copied(self, context: Context, content: bytes) -> dict[str, bytes]:
        """The files that are not rendered, by path; `content` is the model's bytes."""
        return {
            copy.to.replace("__symbol__", context.symbol): COPIED[copy.what](context, content)
            for copy in self.copies
            if copy.form in (None, context.form)
        }

    def check(self, context: Context) -> None:
        """Raises ModelError where the language cannot hold the model's tensors."""
        if not self.reads_values:
            return
        reasons = []
        for entry in context.entries:
            for port in (*entry.inputs, *entry.outputs):
                if port.dtype not in self.dtypes:
                    reasons.append(f"tensor {port.index} ({port.name}) is {port.dtype}, which the wrapper cannot hold")
                if port.pre.kind not in self.prepares:
                    reasons.append(f"the input {port.name} is {port.pre.kind}, which {self.title} does not prepare")
                if not all(0 < scale < float("inf") for scale in port.scale):
                    reasons.append(f"tensor {port.index} ({port.name}) has a scale that is not a positive number")
        if reasons:
            raise ModelError(
                f"{context.model_file} cannot be wrapped as {self.title}: {reasons[0]}",
                'convert it with float32 or int8 inputs and outputs; kind = "vector" in [pre] takes what you prepare',
                reasons,
            )
        for limit in self.limits:
            if limit.form == context.form and (limited := limit.reasons(context)):
                raise ModelError(
                    f"{context.model_file} cannot be wrapped in the form {limit.form}: {limited[0]}",
                    f"use --form {limit.instead}, which can",
                    limited,
                )


def carried(module: ModuleType) -> bytes:
    """A module that states what happens between values and tensors, as a package holds it."""
    text = Path(str(module.__file__)).read_bytes()
    return text.replace(b"from edgeflow.generate.tensors import", b"from ._tensors import")


def _carried(module: ModuleType, context: Context) -> bytes:
    """The same, below a line that says where it comes from."""
    made = py_comment(context.command)
    start = f"# {py_comment(context.model_file)}, SHA-256 {context.sha256}; generated by: {made}\n"
    return start.encode() + carried(module)


COPIED: dict[str, Callable[[Context, bytes], bytes]] = {
    "model": lambda context, content: content,
    "nothing": lambda context, content: b"",
    "arithmetic": lambda context, content: _carried(tensors, context),
    "arithmetic-signals": lambda context, content: _carried(signals, context),
}


@functools.cache
def load_languages() -> dict[str, Language]:
    """All languages by name. Raises EdgeflowError on a broken description."""
    found: dict[str, Language] = {}
    for path in (path for root in data_roots() for path in sorted((root / "templates").glob("*/language.toml"))):
        name = path.parent.name
        if name in found:
            raise EdgeflowError(f"{path}: another language has the same name", "rename its folder")
        file = _read(path)
        known = {copy.what for copy in file.copy} - COPIED.keys()
        if known:
            raise EdgeflowError(f"{path}: nothing to copy is called {known.pop()!r}", f"known: {', '.join(COPIED)}")
        fields = {key: getattr(file, key) for key in file.__struct_fields__ if key not in ("schema", "copy", "limit")}
        found[name] = Language(name=name, folder=path.parent, copies=file.copy, limits=file.limit, **fields)
    return found


def find_language(name: str) -> Language | None:
    """The language of that name, if there is one."""
    return load_languages().get(name)


def choose_language(target: Target, asked: str | None) -> Language:
    """The language asked for, or the target's first. Raises UsageError that lists what there is."""
    languages = load_languages()
    known = [name for name in target.languages if name in languages]
    available = "; ".join(f"{name} ({languages[name].title})" for name in known or languages)
    if asked is not None and asked not in languages and asked not in target.languages:
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
    return languages[asked or known[0]]


def _read(path: Path) -> _File:
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise EdgeflowError(f"{path}: {error}", f"known keys: {', '.join(_File.__struct_fields__)}") from error
    if file.schema != 1:
        raise EdgeflowError(f"{path}: schema {file.schema}, expected 1", "use an edgeflow that knows this schema")
    return file
