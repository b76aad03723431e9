"""Every error a user can meet: one line of what and where, one line of what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class EdgeflowError(Exception):
    """A failure with its remedy.

    `message` says what failed and where, `hint` what to do next, `reasons` all the causes where there are
    several. `exit_code` is the command line's exit status (docs: exit codes).
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.reasons = tuple(reasons)


class ModelError(EdgeflowError):
    """A model or data file is missing, damaged or not what it should be."""


class ConversionError(EdgeflowError):
    """The source could not become a correct `.tflite`."""


class TargetError(EdgeflowError):
    """An unknown target or board, or a registry file that breaks its schema."""

    exit_code = 2


class UsageError(EdgeflowError):
    """The request itself makes no sense: wrong keys, shapes, options."""

    exit_code = 2


class DoesNotFitError(EdgeflowError):
    """The model cannot run on the target, or a budget is exceeded."""

    exit_code = 3


class MismatchError(EdgeflowError):
    """Outputs or accuracy differ beyond tolerance."""

    exit_code = 4


class DeviceError(EdgeflowError):
    """The device is unreachable, lost, or not who it was."""

    exit_code = 5


class LinkError(DeviceError):
    """The link to the device broke or spoke nonsense."""


class DeviceStatusError(DeviceError):
    """The device answered a request with a refusal.

    `status` is the status name, `operator` and `tensor` the indices it blames or None.
    """

    exit_code = 1

    def __init__(
        self, message: str, hint: str = "", *, status: str, operator: int | None = None, tensor: int | None = None
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.operator = operator
        self.tensor = tensor


class DeviceBusyError(DeviceError):
    """Another session holds the device."""

    exit_code = 6


class ToolchainError(EdgeflowError):
    """A build or a flash tool failed or is missing."""

    exit_code = 7


class NotTrustedError(EdgeflowError):
    """A measurement is not to be trusted and the caller asked for one that is."""

    exit_code = 8
