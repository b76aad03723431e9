"""What Kotlin and Java call a model's parts, and the types they give them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from edgeflow.errors import UsageError
from edgeflow.generate.names import MAX_CHARACTERS

if TYPE_CHECKING:
    from edgeflow.generate.context import Port

_JAVA_WORDS = """
abstract assert boolean break byte case catch char class const continue default do double else enum exports extends
final finally float for goto if implements import instanceof int interface long module native new non null open opens
package permits private protected provides public record requires return sealed short static strictfp super switch
synchronized this throw throws to transient transitive true try uses var void volatile when while with yield false
"""
_KOTLIN_WORDS = "as break class fun in is object typealias typeof val when"
# members that every object has on the JVM, and those that generated classes have themselves
_MEMBERS = """
clone equals finalize getClass hashCode notify notifyAll toString wait javaClass close accelerator getAccelerator into
value field it raw reset from load openFile loadFile worker runtime options Companion copy locale steps shape
frame each photo refusals getRefusals resetBlocking
"""
_WORDS = frozenset(f"{_JAVA_WORDS} {_KOTLIN_WORDS}".split())
_RESERVED = _WORDS | frozenset(_MEMBERS.split())
_CLASSES = """
Accelerator Affine Answers Any Array AssetManager Audio Bitmap Bitmaps Boolean BooleanData Box Buffer Byte ByteBuffer
ByteData Calibration Call Callable Category Class Classes CompiledModel Configure Context Data DataType Detection
Detections Double Dtype Environment Error Exception Executors File Float FloatBuffer FloatData Found Future Golden
GoldenTest Int IntBuffer IntData Integer Interpreter InterpreterApi Iterable JvmOverloads JvmStatic Labels List
LiteRtException Long LongBuffer LongData MainActivity Map Math Model ModelFile Names Neighbours Nothing Number Object
Options Override Pair Picture Pictures R Reading Reals Runnable Runtime Sequence Set Shaped Short ShortBuffer
ShortData Sorted Sounds Specs Steps StrictMath String StringBuilder Suppress System Tensor TensorBuffer Tensors Thread
Throwable Unit Values Void Window Words Worker
"""
# classes that generated code has or names itself
JVM_CLASSES = frozenset(_CLASSES.split())
_OTHERS = ("java", "javax", "kotlin", "kotlinx", "android", "androidx", "dalvik")
_MEMORY = {"FLOAT32": "Float", "INT8": "Byte", "UINT8": "Byte", "INT16": "Short", "INT32": "Int", "INT64": "Long"}


def jvm_package(given: str | None, symbol: str) -> str:
    """The Java package the user gave, checked, or `edgeflow.<symbol>`. Raises UsageError."""
    if given is None:
        last = symbol.lower()
        return f"edgeflow.{last}_" if last in _WORDS else f"edgeflow.{last}"
    parts = given.split(".")
    wrong = [part for part in parts if not re.fullmatch(r"[a-z][a-z0-9_]*", part) or part in _WORDS]
    if wrong or len(parts) < 2 or len(given) > 2 * MAX_CHARACTERS or parts[0] in _OTHERS:
        reason = "a reserved word or no lower-case word: " + repr(wrong[0]) if wrong else "not like org.example.model"
        raise UsageError(f"{given!r} is no Java package of yours: {reason}", "give one like org.example.model")
    return given


def jvm_name(identifier: str) -> str:
    """`input_image` → `inputImage`; different identifiers stay different, reserved words get an underscore."""
    name = re.sub(r"_([a-z])", lambda found: found[1].upper(), identifier)
    return f"{name}_" if name in _RESERVED else name


def memory(port: Port) -> str:
    """Float, Byte, Short, Int, Long or Boolean: what holds the tensor's elements."""
    return _MEMORY.get(port.dtype, "Boolean")


def dtype(port: Port) -> str:
    """The tensor's type as generated code calls it, one of those that its language has."""
    return port.dtype


def takes_reals(port: Port) -> bool:
    """Whether an application gives real numbers for a plain input."""
    whole = port.dtype not in ("BOOL", "FLOAT32")
    return port.dtype == "FLOAT32" or (whole and bool(port.scale or port.pre.normalized))


def _given(port: Port, array: Callable[[str], str]) -> str:
    if port.pre.kind != "plain":
        return {"image": "Picture", "audio": "Audio", "text": "String"}[port.pre.kind]
    held = array("Float" if takes_reals(port) else memory(port))
    return f"Shaped<{held}>" if port.shape.count(-1) > 1 else held


def kotlin_input(port: Port) -> str:
    """The Kotlin type an application gives for an input."""
    return _given(port, lambda element: f"{element}Array")


def kotlin_nothing(port: Port) -> str:
    """An input of zeros in Kotlin, of one element where a size is free."""
    sizes = [max(size, 1) for size in port.shape]
    match port.pre.kind:
        case "image":
            return f"Picture().set(ByteArray({sizes[1] * sizes[2] * 3}), {sizes[1]}, {sizes[2]})"
        case "audio":
            return (
                f"Audio(ShortArray({port.pre.length * port.pre.channels}), {port.pre.sample_rate}, {port.pre.channels})"
            )
        case "text":
            return '""'
        case _:
            held = f"{'Float' if takes_reals(port) else memory(port)}Array({math.prod(sizes)})"
            return f"Shaped({held}, {', '.join(map(str, sizes))})" if port.shape.count(-1) > 1 else held


def java_input(port: Port) -> str:
    """The Java type an application gives for an input."""
    return _given(port, lambda element: f"{element.lower()}[]")


def java_nothing(port: Port) -> str:
    """The same in Java."""
    sizes = [max(size, 1) for size in port.shape]
    match port.pre.kind:
        case "image":
            pixels = f"new byte[{sizes[1] * sizes[2] * 3}], {sizes[1]}, {sizes[2]}, 3"
            return f"new Tensors.Picture().set({pixels})"
        case "audio":
            samples = port.pre.length * port.pre.channels
            return f"new Tensors.Audio(new short[{samples}], {port.pre.sample_rate}, {port.pre.channels})"
        case "text":
            return '""'
        case _:
            held = f"new {('Float' if takes_reals(port) else memory(port)).lower()}[{math.prod(sizes)}]"
            shaped = f"new Tensors.Shaped<>({held}, {', '.join(map(str, sizes))})"
            return shaped if port.shape.count(-1) > 1 else held


def jvm_double(value: float) -> str:
    """A finite number as a literal of Double."""
    return repr(float(value))


def jvm_doubles(values: tuple[float, ...]) -> str:
    """Numbers as literals of Double, separated by commas."""
    return ", ".join(map(jvm_double, values))


def jvm_long(value: int) -> str:
    """A literal of Long."""
    return f"{value}L"


FILTERS: dict[str, Callable[..., Any]] = {
    "jvm": jvm_name,
    "memory": memory,
    "dtype": dtype,
    "takes_reals": takes_reals,
    "kotlin_input": kotlin_input,
    "kotlin_nothing": kotlin_nothing,
    "java_input": java_input,
    "java_nothing": java_nothing,
    "jvm_double": jvm_double,
    "jvm_doubles": jvm_doubles,
    "jvm_long": jvm_long,
}
