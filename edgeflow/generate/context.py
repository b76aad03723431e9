"""The one description of a model and its use that all templates are rendered from."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from edgeflow.errors import UsageError
from edgeflow.generate import jvm, names
from edgeflow.generate.described import Described, describe
from edgeflow.generate.groups import Group, find_groups
from edgeflow.generate.languages import find_language
from edgeflow.generate.prepost import PostStep, PreStep, post_step, pre_step
from edgeflow.generate.project import Project
from edgeflow.model.own_operators import custom_operators, select_tf_operators
from edgeflow.model.types import NUMPY_DTYPES, Model, Subgraph
from edgeflow.targets.types import Board, Target

T = TypeVar("T")
Optimize = Literal["speed", "ram", "balanced"]


@dataclass(frozen=True)
class Options:
    """What is to be made. None: a name from the file's, all signatures, a language without forms.

    `optimize`, `ram_bytes`, the most that the arena may have, and `input_rows`, whether the caller gives the input row
    by row, hold for code that is built ahead of time.
    """

    language: str
    name: str | None = None
    signature: str | None = None
    form: str | None = None
    optimize: Optimize = "balanced"
    ram_bytes: int | None = None
    input_rows: bool = False
    package: str | None = None


@dataclass(frozen=True)
class Port:
    """One input or output. `name` is the model's, `identifier` the generated code's; -1 in `shape` is a free size.

    `key` is the name a signature calls it by (None without signatures), `index` its tensor in the subgraph.
    `scale` and `zero_point` are empty where the tensor is not quantized, else one entry per tensor, or one a slice
    along `axis`: real = scale * (q - zero_point). `numpy` is None where numpy has no such type.
    `position` is the tensor's place among the inputs or outputs of its subgraph.
    """

    role: Literal["input", "output"]
    name: str
    identifier: str
    key: str | None
    index: int
    dtype: str
    numpy: str | None
    shape: tuple[int, ...]
    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int
    pre: PreStep
    post: PostStep
    position: int = 0

    @property
    def numpy_class(self) -> str:
        """The name of numpy's scalar class."""
        return "bool_" if self.numpy == "bool" else str(self.numpy)


@dataclass(frozen=True)
class Entry:
    """One way to call the model. `key` is None for a model without signatures.

    `by_key` says to run it by its signature: so for all entries as soon as one lives in another subgraph, because
    the interpreters do not allow both ways in turn.
    """

    key: str | None
    method: str
    class_prefix: str
    subgraph: int
    by_key: bool
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    groups: tuple[Group, ...] = ()

    @property
    def photo(self) -> Port | None:
        """The image whose fitting boxes are taken back through, None where they are on the photo as they are."""
        image = next((port for port in self.inputs if port.pre.kind == "image" and port.pre.fit != "stretch"), None)
        return image if any(port.post.kind == "boxes" for port in self.outputs) else None

    @property
    def sound(self) -> Port | None:
        """The one input that can be given in frames."""
        heard = [port for port in self.inputs if port.pre.kind == "audio"]
        return heard[0] if len(heard) == 1 else None


@dataclass(frozen=True)
class Context:
    """Everything a template may name. All strings that come from outside are raw: templates escape them.

    `command` is the edgeflow command that makes the same files again, without paths. `model_file` is the file's
    name alone. `title` is the board's or the target's, `flash_bytes` the board's, None where no board is named;
    `kernels` is what the target's cores have for kernels.
    """

    command: str
    model_file: str
    model_bytes: int
    sha256: str
    description: str
    symbol: str
    class_name: str
    target: str
    title: str
    board: str | None
    flash_bytes: int | None
    language: str
    form: str | None
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]
    optimize: Optimize = "balanced"
    ram_bytes: int | None = None
    input_rows: bool = False
    kernels: str = "reference"
    package: str = ""

    @property
    def macro(self) -> str:
        """Prefix of the macros that belong to `symbol`."""
        return self.symbol.upper()

    @property
    def exports(self) -> tuple[str, ...]:
        """The class and its results, sorted as import lists are."""
        results = (f"{entry.class_prefix}{kind}" for entry in self.entries for kind in ("Raw", "Result"))
        return tuple(sorted((self.class_name, *results)))

    @property
    def reads_classes(self) -> bool:
        """Whether any output is read as classes."""
        return any(port.post.kind == "classes" for entry in self.entries for port in entry.outputs)

    @property
    def hears(self) -> bool:
        """Whether any input is sound."""
        return any(port.pre.kind == "audio" for entry in self.entries for port in entry.inputs)

    @property
    def reads_text(self) -> bool:
        """Whether any input is text."""
        return any(port.pre.kind == "text" for entry in self.entries for port in entry.inputs)

    @property
    def takes_arrays(self) -> bool:
        """Whether any input is numbers of some kind."""
        return any(port.pre.kind != "text" for entry in self.entries for port in entry.inputs)

    @property
    def finds(self) -> bool:
        """Whether any entry answers with detections."""
        return any(entry.groups for entry in self.entries)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages of labels besides the model's usual one, sorted."""
        steps = [*(port.post for entry in self.entries for port in entry.outputs)]
        found = {labels.locale for step in steps for labels in step.locales}
        found |= {labels.locale for entry in self.entries for group in entry.groups for labels in group.locales}
        return tuple(sorted(found))


def build_context(
    model: Model, target: Target, board: Board | None, options: Options, project: Project | None = None
) -> Context:
    """Describe `model` for `target` (or the `board` of that kind).

    How values are prepared and read comes from `project`, then from what edgeflow stored in the model's metadata, then
    from the metadata itself, where the language does so much. Raises UsageError on names, signatures or project entries
    that do not match the model, ModelError on damaged metadata and on metadata that does not match the model.
    """
    stem = model.path.name.removesuffix(".tflite")
    language = find_language(options.language)
    make_name = names.package_name if language and language.names == "python" else names.c_symbol
    symbol = make_name(options.name, stem)
    described = describe(model) if language and language.reads_values else Described()
    entries = _entries(model, options, project, described)
    return Context(
        command=_command(model, target, board, options, project),
        model_file=model.path.name,
        model_bytes=model.size,
        sha256=model.sha256,
        description=model.description,
        symbol=symbol,
        class_name=_class_name(symbol, entries, jvm.JVM_CLASSES if language and language.packaged else frozenset()),
        target=target.name,
        title=board.title if board else target.title,
        board=board.name if board else None,
        flash_bytes=board.flash_bytes if board else None,
        language=options.language,
        form=options.form,
        entries=entries,
        warnings=(*_flash_warnings(model, board), *_operator_warnings(model)),
        optimize=options.optimize,
        ram_bytes=options.ram_bytes,
        input_rows=options.input_rows,
        kernels=target.kernels,
        package=jvm.jvm_package(options.package, symbol) if language and language.packaged else "",
    )


def _command(model: Model, target: Target, board: Board | None, options: Options, project: Project | None) -> str:
    words = ["edgeflow", "generate", model.path.name, "--target", board.name if board else target.name]
    words += ["--language", options.language]
    for flag, value in (("--name", options.name), ("--signature", options.signature), ("--form", options.form)):
        words += [flag, value] if value is not None else []
    words += ["--package", options.package] if options.package is not None else []
    words += ["--project", project.path.name] if project else []
    words += ["--optimize", options.optimize] if options.optimize != "balanced" else []
    words += ["--ram", str(options.ram_bytes)] if options.ram_bytes is not None else []
    words += ["--input", "rows"] if options.input_rows else []
    return shlex.join([*words, "-o", "."])


def _flash_warnings(model: Model, board: Board | None) -> tuple[str, ...]:
    """The model alone against the board's flash; code needs room beside it."""
    if board is None or board.flash_bytes is None or model.size <= board.flash_bytes:
        return ()
    over = model.size - board.flash_bytes
    return (
        f"the model is {model.size} bytes, {over} more than the {board.flash_bytes} bytes of flash of {board.name}",
    )


def _operator_warnings(model: Model) -> tuple[str, ...]:
    """Operators that whoever uses the generated code must bring."""
    said = []
    if own := custom_operators(model):
        said.append(f"the model has custom operators ({', '.join(own)}): the runtime needs their kernels")
    if flex := select_tf_operators(model):
        said.append(f"the model has Select TF operators ({', '.join(flex)}): they need TensorFlow's Flex delegate")
    return tuple(said)


def _entries(model: Model, options: Options, project: Project | None, said: Described) -> tuple[Entry, ...]:
    chosen = [s for s in model.signatures if options.signature in (None, s.key)]
    if options.signature is not None and not chosen:
        known = ", ".join(repr(s.key) for s in model.signatures)
        raise UsageError(
            f"{model.path.name} has no signature {options.signature!r}",
            f"it has {known}" if known else "it has no signatures: leave --signature out",
        )
    calls: list[_Call] = [(s.key, s.subgraph, s.inputs, s.outputs) for s in chosen]
    if not calls:
        main = model.main
        calls = [(None, 0, _named(main, main.inputs), _named(main, main.outputs))]
    if project is not None:
        _check_keys(calls, project, model)
    # the usual single entry is called run; others keep their names
    wanted = [key if key and key != "serving_default" and len(calls) > 1 else "run" for key, *_ in calls]
    methods = _apart(names.python_names(wanted, "run", reserved=_METHODS))
    by_key = any(subgraph != 0 for _, subgraph, *_ in calls)
    entries = []
    for call, method in zip(calls, methods, strict=True):
        inputs = _ports(model, call, "input", project, said, (0, 0))
        picture = next(((port.pre.height, port.pre.width) for port in inputs if port.pre.kind == "image"), (0, 0))
        graph = said.graph(call[1])
        given = {**graph.post, **project.post} if project else graph.post
        where = f"{project.path}: " if project else f"{model.path}: "
        outputs = _ports(model, call, "output", project, said, picture)
        groups, outputs = find_groups(outputs, graph, given, where, _FIELDS)
        entries.append(
            Entry(
                key=call[0],
                method=method,
                class_prefix=names.class_name(method),
                subgraph=call[1],
                by_key=by_key,
                inputs=inputs,
                outputs=outputs,
                groups=groups,
            )
        )
    return tuple(entries)


# names that generated methods and result classes use themselves
_METHODS = ("reset", "raw")
_FIELDS = ("raw", "np", "tuple", "int", "float", "str", "bool", "type", "property")
_CLASSES = ("Any", "Path", "NDArray", "ArrayLike", "Classes", "Category", "Audio", "Iterator", "None", "True", "False")
_Call = tuple[str | None, int, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]


def _named(subgraph: Subgraph, indices: Sequence[int]) -> tuple[tuple[str, int], ...]:
    return tuple((subgraph.tensors[index].name, index) for index in indices)


def _apart(methods: tuple[str, ...]) -> tuple[str, ...]:
    """No method is another's raw twin, no two give the same class names."""
    found: list[str] = []
    taken: set[str] = set()
    twins: dict[str, int] = {}
    for method in methods:
        unique = method
        while _claims(unique) & taken:
            number = twins[method] = twins.get(method, 1) + 1
            unique = f"{method}_{number}"
        taken |= _claims(unique)
        found.append(unique)
    return tuple(found)


def _claims(method: str) -> set[str]:
    prefix = names.class_name(method)
    waiting = (f"{method}_blocking", f"{method}_raw_blocking", f"{method}_frames_blocking")
    return {*waiting, method, f"{method}_raw", f"{method}_frames", f"{prefix}Result", f"{prefix}Raw", f"{prefix}Steps"}


def _class_name(symbol: str, entries: tuple[Entry, ...], more: frozenset[str]) -> str:
    taken = {*_CLASSES, *more, *(name for entry in entries for name in _claims(entry.method))}
    name = names.class_name(symbol)
    while name in taken:
        name += "Model"
    return name


def _ports(
    model: Model,
    call: _Call,
    role: Literal["input", "output"],
    project: Project | None,
    described: Described,
    picture: tuple[int, int],
) -> tuple[Port, ...]:
    key, subgraph, inputs, outputs = call
    graph = described.graph(subgraph)
    pairs = inputs if role == "input" else outputs
    identifiers = names.python_names([name for name, _ in pairs], role, reserved=_FIELDS)
    found = []
    for number, ((name, index), identifier) in enumerate(zip(pairs, identifiers, strict=True)):
        tensor = model.subgraphs[subgraph].tensors[index]
        shape = tensor.shape_signature
        quantization = None if tensor.dtype.startswith("FLOAT") else tensor.quantization
        pre, post, said = PreStep(), PostStep(), graph.of(role, index)
        where = f"{project.path if project else model.path}: [{'pre' if role == 'input' else 'post'}.{name}]"
        if role == "input":
            asked = _given(project.pre, name, number) if project else None
            pre = pre_step(
                asked or _given(graph.pre, name, number),
                said,
                shape,
                dtype=tensor.dtype,
                quantized=quantization is not None,
                where=where,
                files=described.files,
                project=project if asked else None,
            )
        else:
            given = _given(project.post, name, number) if project else None
            post = post_step(
                given or _given(graph.post, name, number),
                said,
                shape,
                quantized=quantization is not None,
                where=where,
                picture=picture,
                files=described.files,
                project=project if given else None,
            )
        found.append(
            Port(
                role=role,
                name=name,
                identifier=identifier,
                key=name if key is not None else None,
                index=index,
                dtype=tensor.dtype,
                numpy=NUMPY_DTYPES[tensor.dtype].name if tensor.dtype in NUMPY_DTYPES else None,
                shape=shape,
                scale=quantization.scale if quantization else (),
                zero_point=quantization.zero_point if quantization else (),
                axis=quantization.quantized_dimension if quantization else 0,
                pre=pre,
                post=post,
                position=_position(model.subgraphs[subgraph], role, index),
            )
        )
    return tuple(found)


def _position(graph: Subgraph, role: Literal["input", "output"], index: int) -> int:
    indices = graph.inputs if role == "input" else graph.outputs
    return indices.index(index) if index in indices else 0


def _given(table: Mapping[str, T], name: str, number: int) -> T | None:
    """The project's entry for a tensor, by its name first, then by its index."""
    return table.get(name, table.get(str(number)))


def _check_keys(calls: Sequence[_Call], project: Project, model: Model) -> None:
    """Every [pre] and [post] entry means a tensor of this model."""
    for section, table in (("pre", project.pre), ("post", project.post)):
        named = [[name for name, _ in (call[2] if section == "pre" else call[3])] for call in calls]
        known = {name for tensors in named for name in tensors}
        known |= {str(number) for tensors in named for number in range(len(tensors))}
        for key in table:
            if key not in known:
                what = "input" if section == "pre" else "output"
                raise UsageError(
                    f"{project.path}: [{section}.{key}]: {model.path.name} has no {what} of that name or index",
                    f"its {what}s: {', '.join(repr(name) for tensors in named for name in tensors)}",
                )
