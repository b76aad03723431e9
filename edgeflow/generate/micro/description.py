"""A model as a C library for microcontrollers: what the templates of `templates/c` are rendered from."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.generate.context import Entry, Port
from edgeflow.generate.groups import Group

_WIDTHS = {"float": 4, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "int32_t": 4, "int64_t": 8}


@dataclass(frozen=True)
class Table:
    """Labels in one array a language: `languages` has one for each of the library's, an index of `texts`."""

    symbol: str
    texts: tuple[tuple[str, ...], ...]
    languages: tuple[int, ...]


@dataclass(frozen=True)
class Input:
    """One input: `kind` is image, audio, real (numbers that are normalized or quantized) or native (as they are).

    `means` and `divisors` are C literals; `table` rows of initializers of `tables` times 256 bytes. `place` is its
    position among the subgraph's inputs.
    """

    port: Port
    field: str
    kind: str
    number: int
    place: int
    c_type: str
    type: str
    shape: tuple[int, ...]
    elements: int
    zero_point: int
    means: tuple[str, ...]
    divisors: tuple[str, ...]
    tables: int = 0
    table: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return self.elements * _WIDTHS[self.c_type]


@dataclass(frozen=True)
class Output:
    """One output: `kind` is that of its PostStep, or `part` where a group of detections answers for it.

    `scale` is a C literal, 0 where the tensor is not quantized. `most` is how many classes are given at most.
    """

    port: Port
    field: str
    kind: str
    number: int
    place: int
    c_type: str
    type: str
    shape: tuple[int, ...]
    elements: int
    last: int
    scale: str
    zero_point: int
    most: int
    threshold: str | None
    labels: Table | None
    curves: tuple[str, ...]
    fallback: str


@dataclass(frozen=True)
class Found:
    """Detections: the outputs they are made of, None where there is none."""

    group: Group
    field: str
    boxes: Output
    scores: Output
    classes: Output | None
    count: Output | None
    most: int
    threshold: str | None
    labels: Table | None


@dataclass(frozen=True)
class MicroEntry:
    """One way to call the model. `signature` is its index in the model, -1 without; `arena_bytes` the interpreter's."""

    entry: Entry
    number: int
    method: str
    signature: int
    subgraph: int
    arena_bytes: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    groups: tuple[Found, ...]

    @property
    def picture(self) -> Input | None:
        """The image that boxes are counted on."""
        return next((one for one in self.inputs if one.kind == "image"), None)

    @property
    def fields(self) -> tuple[Output, ...]:
        """The outputs that the result holds itself."""
        return tuple(one for one in self.outputs if one.kind != "part")


@dataclass(frozen=True)
class Micro:
    """All that the templates need beside the Context. Sizes in bytes.

    `locales` are the languages of labels besides the usual one, `sources` the C files below src/ for lists of build
    systems, `cpp_class` the class of the C++ header, `ram_bytes` the board's largest region, None without a board.
    `operators` are TFLM's names of the model's operators. `cflags` and `toolchain` are the target's GCC, `package` is a
    name that Arduino, PlatformIO, ESP-IDF and Zephyr take. `renamed` are the runtime's symbols, which get a prefix.
    """

    version: str
    entries: tuple[MicroEntry, ...]
    locales: tuple[str, ...]
    tables: tuple[Table, ...]
    cpp_class: str
    ram_bytes: int | None
    arena_bytes: int
    aot_resets: bool = False
    operators: tuple[str, ...] = ()
    options: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()
    cflags: tuple[str, ...] = ()
    toolchain: str = ""
    board: str = ""
    package: str = ""
    renamed: tuple[str, ...] = ()

    @property
    def uses_labels(self) -> bool:
        """Whether something that has no labels looks for them."""
        outputs = [one for entry in self.entries for one in entry.fields if one.kind in ("classes", "named")]
        groups = [group for entry in self.entries for group in entry.groups]
        return any(one.labels is None for one in outputs) or any(one.labels is None for one in groups)

    @property
    def finds_boxes(self) -> bool:
        """Whether boxes or detections are read."""
        return any(entry.groups or any(o.kind == "boxes" for o in entry.outputs) for entry in self.entries)


def input_line(given: Input) -> str:
    """What an application gives for an input, in one line."""
    pre = given.port.pre
    match given.kind:
        case "image":
            how = {"stretch": "", "crop": "cropped and ", "letterbox": "letterboxed and "}[pre.fit]
            return f"an image of any size, {how}resized ({pre.resize}) to {pre.height} x {pre.width}"
        case "audio":
            channels = f" of {pre.channels} channels" if pre.channels > 1 else ""
            return f"at most {pre.length} samples{channels} at {pre.sample_rate} Hz, silence after their end"
        case "real":
            then = "normalized" if pre.normalized else "quantized"
            return f"{given.elements} real numbers {list(given.shape)}, to be {then}"
        case _:
            return f"{given.elements} of {given.c_type} {list(given.shape)}"


def output_line(output: Output) -> str:
    """What an application gets for an output, in one line."""
    post = output.port.post
    activation = "" if post.activation == "none" else f" after {post.activation}"
    match output.kind:
        case "classes":
            least = "" if post.threshold is None else f" of at least {post.threshold}"
            return f"classes{activation}, {output.most} best first{least} in top, all scores in values"
        case "named":
            return "a label for each number"
        case "boxes":
            return f"{output.elements // 4} boxes in parts of the photo"
        case "values":
            return f"{output.elements} real numbers{activation} {list(output.shape)}"
        case _:
            return f"{output.elements} of {output.c_type} {list(output.shape)}, as they are"
