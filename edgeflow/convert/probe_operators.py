"""Asks the installed converter what becomes of each TensorFlow operator: `python -m edgeflow.convert.probe_operators`.

Writes `edgeflow/convert/tensorflow_operators.toml`. Each question is a function of one operator on inputs that are no
constants, converted with TensorFlow Lite's own operators only; the answer is what stands in the result, or the
converter's reason. Operators come from TensorFlow's own list with made-up inputs where their definition is enough, else
from `probe_calls`. What cannot be asked, or fails for another reason, stays out of the table: unknown.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from edgeflow.convert.worker import child_command, child_environment

TABLE = Path(__file__).resolve().parent / "tensorflow_operators.toml"
DTYPES = ("float32", "int32", "int64", "bool", "float64", "complex64", "string")
_SHAPES = ([2, 4], [1, 4, 4, 2], [4])
_SKIPPED = ("Tpu", "TPU", "XRT", "Xla", "Collective", "Nccl", "Dataset", "Iterator", "Summary", "Queue", "Barrier")
_ALONE = {
    "Placeholder",
    "Const",
    "NoOp",
    "Abort",
    "Print",
    "PrintV2",
    "Exit",
    "Enter",
    "Switch",
    "Merge",
    "NextIteration",
}
_PATIENCE_S = 60


def answer(call: Callable[..., Any], specs: list[Any]) -> tuple[str, str, str]:
    """(operator, dtype, what became of it): TFLite's operators joined by `+`, `folded`, `flex` or `custom`; "" unknown.

    The operator is the one of the traced graph that is no constant and no placeholder, where there is one.
    """
    import tensorflow as tf
    from tensorflow.lite.python.convert_phase import ConverterError

    from edgeflow.convert.opened import look

    holder = tf.Module()
    holder.call = tf.function(call, input_signature=specs)
    try:
        concrete = holder.call.get_concrete_function()
    except Exception:
        return "", "", ""
    nodes = [o for o in concrete.graph.get_operations() if o.type not in ("Placeholder", "Const", "Identity", "NoOp")]
    operator, dtype = (nodes[0].type, key_dtype(nodes[0])) if nodes else ("", "")
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], holder)
    try:
        content = converter.convert()
    except ConverterError as error:
        codes = {int(item.error_code) for item in error.errors}
        return operator, dtype, "custom" if 2 in codes else "flex" if 1 in codes else ""
    except Exception:
        return operator, dtype, ""
    return operator, dtype, "+".join(look(bytes(content))["operators"]) or "folded"


def key_dtype(node: Any) -> str:
    """The dtype by which an operator is looked up: of its first input that is no constant, else of its first output."""
    ends = [end for end in node.inputs if end.op.type != "Const"] or list(node.inputs) or list(node.outputs)
    return str(ends[0].dtype.base_dtype.name) if ends else ""


def generic(name: str) -> Iterator[tuple[str, Callable[..., Any], list[Any]]]:
    """Calls of an operator whose definition alone tells how: one to three plain inputs, no attributes to choose."""
    import tensorflow as tf
    from tensorflow.python.framework import op_def_registry

    definition = op_def_registry.get(name)
    function = getattr(tf.raw_ops, name, None)
    if definition is None or function is None or not 1 <= len(definition.input_arg) <= 3:
        return
    free = [a for a in definition.attr if not a.HasField("default_value")]
    kinds = {a.name: [tf.as_dtype(v).name for v in a.allowed_values.list.type] for a in free if a.type == "type"}
    if any(a.type != "type" for a in free) or any(i.number_attr or i.type_list_attr for i in definition.input_arg):
        return
    if any(all(argument.type_attr != kind for argument in definition.input_arg) for kind in kinds):
        return  # a dtype of the output alone is a choice
    for dtype in DTYPES if kinds else ("",):
        if any(allowed and dtype not in allowed for allowed in kinds.values()):
            continue
        for shape in _SHAPES:
            specs = []
            for argument in definition.input_arg:
                wanted = tf.as_dtype(argument.type).name if argument.type else dtype or "float32"
                specs.append(tf.TensorSpec(shape, wanted, name=argument.name.lower()))
            names = [argument.name for argument in definition.input_arg]

            def call(*tensors: Any, names: Any = names) -> Any:
                return function(**dict(zip(names, tensors, strict=True)))

            yield dtype, call, specs


def questions() -> list[str]:
    """Names to ask: `call:NAME` of probe_calls, then every plain operator of TensorFlow."""
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    from edgeflow.convert.probe_calls import CALLS

    known = op_def_pb2.OpList()
    known.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    plain = [
        o.name
        for o in known.op
        if not o.is_stateful
        and not o.name.startswith("_")
        and o.name not in _ALONE
        and not any(word in o.name for word in _SKIPPED)
        and not any(i.is_ref for i in o.input_arg)
    ]
    return [f"call:{name}" for name in CALLS] + sorted(plain)


def ask() -> None:
    """In the child: answer the questions on stdin, one JSON line each."""
    import os
    import warnings

    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from edgeflow.convert.probe_calls import CALLS

    def say(value: Any) -> None:
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    if sys.argv[1:] == ["--list"]:
        import tensorflow as tf

        say([str(tf.__version__), questions()])
        return
    for line in sys.stdin:
        name = line.strip()
        found: dict[str, str] = {}
        wanted, answered = name.removeprefix("call:"), set()
        calls = (("", *CALLS[wanted]()),) if name.startswith("call:") else generic(name)
        for label, call, specs in calls:
            if label in answered:
                continue
            operator, dtype, became = answer(call, specs)
            if became and operator == wanted.split("/")[0]:
                found.setdefault(dtype, became)
                answered.add(label)
        say([name, found])
    answers.close()


def probe() -> tuple[str, dict[str, dict[str, str]]]:
    """TensorFlow's version and the table; a question that ends or stops the child is left out."""
    command = child_command("edgeflow.convert.probe_operators")
    listed = subprocess.run([*command, "--list"], capture_output=True, check=True, env=child_environment(), timeout=300)
    version, waiting = json.loads(listed.stdout)
    table: dict[str, dict[str, str]] = {}
    while waiting:
        done = _batch(command, waiting, table)
        waiting = waiting[done + 1 :]  # the one after the last answered took the child down
    return version, table


def _batch(command: list[str], waiting: list[str], table: dict[str, dict[str, str]]) -> int:
    import queue
    import threading

    child = subprocess.Popen(
        [*command, "--ask"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=child_environment(), text=True,
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()
    assert child.stdin is not None and child.stdout is not None
    stream = child.stdout

    def pump() -> None:
        for line in stream:
            lines.put(line)
        lines.put("")

    threading.Thread(target=pump, daemon=True).start()
    done = 0
    try:
        for name in waiting:
            child.stdin.write(name + "\n")
            child.stdin.flush()
            line = lines.get(timeout=_PATIENCE_S if done else 5 * _PATIENCE_S)
            if not line:
                break
            for dtype, became in json.loads(line)[1].items():
                table.setdefault(name.removeprefix("call:").split("/")[0], {}).setdefault(dtype, became)
            done += 1
    except (queue.Empty, OSError):
        pass
    finally:
        child.kill()
        child.wait()
    return done


def render(version: str, measured: str, table: dict[str, dict[str, str]]) -> str:
    """The TOML of the table."""
    lines = [
        "# Generated by `python -m edgeflow.convert.probe_operators`: what the converter makes of TensorFlow's",
        "# operators, by dtype of the first input: TFLite's own operators, folded (nothing is left), flex or custom.",
        "schema = 1",
        f'tensorflow = "{version}"',
        f"measured = {measured}",
        "",
        "[operators]",
    ]
    for name in sorted(table):
        entries = ", ".join(f'{dtype} = "{became}"' for dtype, became in sorted(table[name].items()))
        lines.append(f"{name} = {{ {entries} }}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Probe the installed converter and write the table."""
    version, table = probe()
    TABLE.write_text(render(version, datetime.datetime.now(datetime.UTC).date().isoformat(), table), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        ask()
    else:
        main()
