"""A device's refusals as errors: who, what, why, what next, and the exit code."""

from __future__ import annotations

from edgeflow.errors import DeviceStatusError
from edgeflow.wire import message
from edgeflow.wire.constants import STATUS_DOC, Command, Status

_HINTS = {
    Status.BAD_MODEL: "see what edgeflow inspect says of the file",
    Status.UNSUPPORTED_OPERATOR: "edgeflow check --target lists what is missing; own kernels come with --custom-ops",
    Status.UNSUPPORTED_TYPE: "edgeflow check --target names the limits; another --quantize may help",
    Status.UNSUPPORTED_SHAPE: "edgeflow check --target names the limits; see also --input-shape",
    Status.UNSUPPORTED_OPTION: "leave the option out, or choose another device",
    Status.ARENA_TOO_SMALL: "edgeflow check says what the model needs; use a smaller model or a larger board",
    Status.TOO_LARGE: "free space on the device, or use a smaller model",
    Status.BAD_CHECKSUM: "try again; if it comes back, the device's storage or memory is failing",
    Status.BAD_SIGNATURE: "deploy with --sign KEY, one of those that edgeflow keys list --device shows",
    Status.RUNTIME_ERROR: "see what edgeflow inspect says of the model, and check --input-shape",
    Status.NO_RUNTIME: "install an interpreter on the device and try again",
    Status.NO_SLOTS: "build the firmware with this model, or flash one with slots",
    Status.NOT_FOUND: "correct the name, or deploy the model first",
}
_EXITS = {
    Status.UNSUPPORTED_OPERATOR: 3,
    Status.UNSUPPORTED_TYPE: 3,
    Status.UNSUPPORTED_SHAPE: 3,
    Status.ARENA_TOO_SMALL: 3,
    Status.TOO_LARGE: 3,
    Status.UNSUPPORTED_OPTION: 2,
    Status.NOT_FOUND: 2,
    Status.NO_RUNTIME: 5,
}


def refusal_error(peer: str, command: Command, status: int, payload: bytes) -> DeviceStatusError:
    """Read a reply that is not OK."""
    text, operator, tensor = message.unpack_refusal(payload)
    try:
        known = Status(status)
    except ValueError:
        text = f"{peer} answered {command.name} with status {status}, which this version does not know"
        return DeviceStatusError(text, "update edgeflow", status=str(status))
    blamed = (("operator", operator), ("tensor", tensor))
    where = "".join(f", {name} {number}" for name, number in blamed if number >= 0)
    error = DeviceStatusError(
        f"{peer} refused {command.name} ({known.name}{where}): {text or STATUS_DOC[known]}",
        _HINTS.get(known, "try again; the device's console may say more"),
        status=known.name,
        operator=operator if operator >= 0 else None,
        tensor=tensor if tensor >= 0 else None,
    )
    error.exit_code = _EXITS.get(known, error.exit_code)
    return error
