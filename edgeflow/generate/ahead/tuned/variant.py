"""What a variant of a kernel gives the generated code and the memory plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Array:
    """A constant that the compiler made: little-endian `content` of the C type `type`.

    `record_bytes` of it are parameters, the rest is the model's own values in another order.
    """

    type: str
    content: bytes
    note: str
    record_bytes: int = 0


@dataclass(frozen=True)
class Tuned:
    """One way to compute one operator, for its very constants.

    kernel: what profile and generated file call it: the name of its file without `ef_`.
    function: the C function.
    record: what the function finds at call->record; a multiple of 4 bytes, without pointers.
    inputs: for each of the function's inputs the operator's operand, a constant made for it, or None for NULL.
    scratch_bytes: memory during the call, aligned to 16.
    in_place: operands of the operator that output 0 may lie exactly over.
    drivers: None: `function(&call)`. Otherwise the C functions that run it over one batch entry,
        `driver(function, &call, input, output)`, from the first row to the last, and from the last to the first; the
        plan then may lay the output over the input, as far as the order of rows allows. With ROW_DRIVERS the function
        is a row kernel of ef_window.h: it may also be run from a ring of rows.
    geometry: the order of reading and writing, where it is not that of the `struct ef_window` at the start of the
        record: such a struct (36 bytes), whose row i is written before its own rows are read. Then one call of the
        driver makes all batches. Only with other drivers than ROW_DRIVERS.
    """

    kernel: str
    function: str
    record: bytes
    inputs: tuple[int | Array | None, ...]
    scratch_bytes: int = 0
    in_place: tuple[int, ...] = ()
    drivers: tuple[str, str] | None = None
    geometry: bytes | None = None


ROW_DRIVERS = ("ef_window_run_rows", "ef_window_run_rows_backwards")
