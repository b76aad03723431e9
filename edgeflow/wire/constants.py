"""Generated from runtime/protocol.toml by `python -m edgeflow.wire.gen`."""

from __future__ import annotations

from enum import IntEnum

VERSION = 1
REFUSAL_TEXT_BYTES = 96
MIN_PAYLOAD_BYTES = 128
RUNNING_INTERVAL_MS = 500
UNKNOWN_BYTES = 0xFFFFFFFF
FLAG_PROFILE = 1
FLAG_BATCH = 2
FLAG_COLD = 4


class Status(IntEnum):
    """A device's answer; the host raises on all but OK and RUNNING."""

    OK = 0
    RUNNING = 1
    BAD_REQUEST = 2
    UNKNOWN_COMMAND = 3
    BAD_STATE = 4
    BAD_MODEL = 5
    UNSUPPORTED_OPERATOR = 6
    UNSUPPORTED_TYPE = 7
    UNSUPPORTED_SHAPE = 8
    UNSUPPORTED_OPTION = 9
    ARENA_TOO_SMALL = 10
    TOO_LARGE = 11
    BAD_CHECKSUM = 12
    BAD_OFFSET = 13
    NOT_FOUND = 14
    NO_SLOTS = 15
    CANCELLED = 16
    IO_ERROR = 17
    RUNTIME_ERROR = 18
    NO_RUNTIME = 19
    NOT_FINITE = 20
    BAD_SIGNATURE = 21


STATUS_DOC = {
    Status.OK: "Done.",
    Status.RUNNING: "Heartbeat of a long command; the reply is still to come.",
    Status.BAD_REQUEST: "The request is too short, too long or out of range.",
    Status.UNKNOWN_COMMAND: "This device does not know the command.",
    Status.BAD_STATE: "The command does not belong here: nothing opened, no upload begun.",
    Status.BAD_MODEL: "The model's bytes are damaged or not a .tflite.",
    Status.UNSUPPORTED_OPERATOR: "The runtime has no such operator.",
    Status.UNSUPPORTED_TYPE: "The operator does not take this data type.",
    Status.UNSUPPORTED_SHAPE: "The operator does not take this shape.",
    Status.UNSUPPORTED_OPTION: "A parameter of the operator, or an option of the request, is not offered here.",
    Status.ARENA_TOO_SMALL: "The arena cannot hold the model's tensors.",
    Status.TOO_LARGE: "The data does not fit: slot, file system or a limit of the runtime.",
    Status.BAD_CHECKSUM: "The SHA-256 of what arrived is not the announced one.",
    Status.BAD_OFFSET: "The offset is not the expected one; the reply's text names the expected one.",
    Status.NOT_FOUND: "No such slot, file, signature or tensor.",
    Status.NO_SLOTS: "This image holds its model ahead of time and takes no other.",
    Status.CANCELLED: "Stopped by the host.",
    Status.IO_ERROR: "Reading or writing storage failed.",
    Status.RUNTIME_ERROR: "The interpreter failed while preparing or running.",
    Status.NO_RUNTIME: "No interpreter is installed on the device.",
    Status.NOT_FINITE: "A quantization parameter or a computed value is not finite.",
    Status.BAD_SIGNATURE: "None of the keys that the device trusts has signed this.",
}


class DType(IntEnum):
    """TFLite's TensorType codes."""

    FLOAT32 = 0
    FLOAT16 = 1
    INT32 = 2
    UINT8 = 3
    INT64 = 4
    STRING = 5
    BOOL = 6
    INT16 = 7
    COMPLEX64 = 8
    INT8 = 9
    FLOAT64 = 10
    COMPLEX128 = 11
    UINT64 = 12
    RESOURCE = 13
    VARIANT = 14
    UINT32 = 15
    UINT16 = 16
    INT4 = 17


class Slots(IntEnum):
    """Where a device keeps models."""

    NONE = 0
    RAM = 1
    FLASH = 2
    FILES = 3


class Reset(IntEnum):
    """What RESET resets."""

    VARIABLES = 0
    CLOSE = 1
    DEVICE = 2


class Side(IntEnum):
    """Inputs or outputs."""

    INPUT = 0
    OUTPUT = 1


class Upload(IntEnum):
    """MODEL_BEGIN's answer."""

    SEND = 0
    COMMITTED = 1
    ACTIVE = 2


class Pin(IntEnum):
    """What TRUST does with the key."""

    LIST = 0
    ADD = 1
    REMOVE = 2


class Command(IntEnum):
    """Requests; each is answered exactly once."""

    HELLO = 0x01
    MODEL_BEGIN = 0x10
    MODEL_CHUNK = 0x11
    MODEL_COMMIT = 0x12
    MODEL_USE = 0x13
    MODEL_ACTIVATE = 0x14
    TRUST = 0x16
    BUNDLE = 0x17
    MODEL_TRY = 0x18
    MODEL_ACCEPT = 0x19
    APP = 0x1A
    MODEL_BLOCKS = 0x1B
    MODEL_PATCH = 0x1C
    OPEN = 0x20
    MODEL_INFO = 0x21
    SIGNATURE = 0x22
    TENSOR = 0x23
    INPUT = 0x30
    INVOKE = 0x31
    SAMPLES = 0x32
    OUTPUT = 0x33
    PROFILE = 0x34
    MEMORY = 0x35
    CONDITIONS = 0x36
    CANCEL = 0x37
    RESET = 0x38
    INPUT_USE = 0x39
    OUTPUT_SAVE = 0x3A
    SLOTS = 0x15
    TUNE = 0x3B
    CONDITIONS_DURING = 0x3C


# command: (request fields, reply fields), each field (name, kind)
LAYOUT = {
    Command.HELLO: (
        (),
        (
            ("version", "u8"),
            ("window", "u8"),
            ("slots", "u8"),
            ("slot_count", "u8"),
            ("receive_bytes", "u32"),
            ("ticks_hz", "u64"),
            ("arena_bytes", "u32"),
            ("slot_bytes", "u32"),
            ("board", "str"),
            ("runtime", "str"),
            ("runtime_version", "str"),
            ("kernels", "str"),
            ("os", "str"),
            ("cpu", "str"),
            ("base", "str"),
            ("operators", "bytes"),
        ),
    ),
    Command.MODEL_BEGIN: (
        (
            ("slot", "str"),
            ("size", "u32"),
            ("sha256", "sha256"),
        ),
        (
            ("state", "u8"),
            ("offset", "u32"),
            ("path", "str"),
        ),
    ),
    Command.MODEL_CHUNK: (
        (
            ("offset", "u32"),
            ("data", "tail"),
        ),
        (("offset", "u32"),),
    ),
    Command.MODEL_COMMIT: (
        (),
        (
            ("release", "str"),
            ("path", "str"),
        ),
    ),
    Command.MODEL_USE: (
        (
            ("path", "str"),
            ("sha256", "sha256"),
        ),
        (("size", "u32"),),
    ),
    Command.MODEL_ACTIVATE: (
        (
            ("slot", "str"),
            ("release", "str"),
        ),
        (
            ("release", "str"),
            ("previous", "str"),
        ),
    ),
    Command.TRUST: (
        (
            ("key", "str"),
            ("comment", "str"),
            ("what", "u8"),
        ),
        (
            ("pinned", "u8"),
            ("keys", "pairs"),
        ),
    ),
    Command.BUNDLE: (
        (
            ("slot", "str"),
            ("identity", "sha256"),
            ("app", "sha256"),
            ("app_bytes", "u64"),
        ),
        (("app_offset", "u64"),),
    ),
    Command.MODEL_TRY: (
        (
            ("slot", "str"),
            ("release", "str"),
            ("hold_s", "u32"),
        ),
        (
            ("release", "str"),
            ("previous", "str"),
        ),
    ),
    Command.MODEL_ACCEPT: (
        (
            ("slot", "str"),
            ("good", "u8"),
        ),
        (("release", "str"),),
    ),
    Command.APP: (
        (("slot", "str"),),
        (("app", "pairs"),),
    ),
    Command.MODEL_BLOCKS: (
        (
            ("first", "u32"),
            ("count", "u32"),
        ),
        (
            ("size", "u32"),
            ("block_bytes", "u32"),
            ("hashes", "tail"),
        ),
    ),
    Command.MODEL_PATCH: (
        (
            ("offset", "u32"),
            ("recipe", "tail"),
        ),
        (("offset", "u32"),),
    ),
    Command.OPEN: (
        (
            ("source", "str"),
            ("signature", "str"),
            ("threads", "u8"),
            ("api", "str"),
            ("delegate", "str"),
            ("shapes", "str"),
            ("library", "str"),
        ),
        (
            ("planned_bytes", "u32"),
            ("persistent_bytes", "u32"),
            ("init_ticks", "u64"),
            ("inputs", "u8"),
            ("outputs", "u8"),
        ),
    ),
    Command.MODEL_INFO: (
        (),
        (
            ("sha256", "sha256"),
            ("size", "u32"),
            ("slot", "str"),
            ("signatures", "u8"),
            ("names", "tail"),
        ),
    ),
    Command.SIGNATURE: (
        (("name", "str"),),
        (
            ("inputs", "u8"),
            ("outputs", "u8"),
        ),
    ),
    Command.TENSOR: (
        (
            ("side", "u8"),
            ("index", "u8"),
        ),
        (
            ("name", "str"),
            ("dtype", "u8"),
            ("shape", "dims"),
            ("scale", "f32"),
            ("zero_point", "i32"),
            ("size", "u32"),
        ),
    ),
    Command.INPUT: (
        (
            ("index", "u8"),
            ("offset", "u32"),
            ("data", "tail"),
        ),
        (("offset", "u32"),),
    ),
    Command.INVOKE: (
        (
            ("warmup", "u32"),
            ("warmup_ms", "u32"),
            ("max_runs", "u32"),
            ("min_ms", "u32"),
            ("max_ms", "u32"),
            ("period_us", "u32"),
            ("flags", "u8"),
        ),
        (
            ("samples", "u32"),
            ("batch", "u32"),
            ("warmup_runs", "u32"),
            ("first_ticks", "u64"),
        ),
    ),
    Command.SAMPLES: (
        (("first", "u32"),),
        (
            ("total", "u32"),
            ("samples", "ticks"),
        ),
    ),
    Command.OUTPUT: (
        (
            ("index", "u8"),
            ("offset", "u32"),
            ("length", "u32"),
        ),
        (
            ("total", "u32"),
            ("data", "tail"),
        ),
    ),
    Command.PROFILE: (
        (("first", "u16"),),
        (
            ("total", "u16"),
            ("runs", "u32"),
            ("operators", "operators"),
        ),
    ),
    Command.MEMORY: (
        (),
        (("figures", "counts"),),
    ),
    Command.CONDITIONS: (
        (),
        (("conditions", "pairs"),),
    ),
    Command.CANCEL: (
        (),
        (),
    ),
    Command.RESET: (
        (("what", "u8"),),
        (),
    ),
    Command.INPUT_USE: (
        (
            ("index", "u8"),
            ("path", "str"),
            ("sha256", "sha256"),
        ),
        (("size", "u32"),),
    ),
    Command.OUTPUT_SAVE: (
        (
            ("index", "u8"),
            ("path", "str"),
        ),
        (
            ("size", "u32"),
            ("sha256", "sha256"),
        ),
    ),
    Command.SLOTS: (
        (("slot", "str"),),
        (("entries", "pairs"),),
    ),
    Command.TUNE: (
        (("settings", "pairs"),),
        (("refused", "pairs"),),
    ),
    Command.CONDITIONS_DURING: (
        (("index", "u32"),),
        (
            ("total", "u32"),
            ("at_ms", "u32"),
            ("conditions", "pairs"),
        ),
    ),
}
