/* Generated from runtime/protocol.toml by `python -m edgeflow.wire.gen`. */
#ifndef EF_WIRE_H
#define EF_WIRE_H

#define EF_WIRE_VERSION 1
#define EF_WIRE_REFUSAL_TEXT_BYTES 96
#define EF_WIRE_MIN_PAYLOAD_BYTES 128
#define EF_WIRE_RUNNING_INTERVAL_MS 500
#define EF_WIRE_UNKNOWN_BYTES 0xFFFFFFFFu
#define EF_WIRE_FLAG_PROFILE 1
#define EF_WIRE_FLAG_BATCH 2
#define EF_WIRE_FLAG_COLD 4

enum ef_command {
    EF_CMD_HELLO = 0x01, /* Identify the device; always the first request of a session. */
    EF_CMD_MODEL_BEGIN = 0x10, /* Announce a model for a slot; answers where to go on after a break, or that it is already there. */
    EF_CMD_MODEL_CHUNK = 0x11, /* Store bytes at an offset; up to the window of these may be unanswered. */
    EF_CMD_MODEL_COMMIT = 0x12, /* Verify size and SHA-256 of what was uploaded and make it a release. */
    EF_CMD_MODEL_USE = 0x13, /* Verify a file of the device in place, for use without deploying it. */
    EF_CMD_MODEL_ACTIVATE = 0x14, /* Load and run the slot's committed release once; if that works it becomes the active one, else the old one stays. */
    EF_CMD_TRUST = 0x16, /* List, add to or take from the public keys that the device trusts; with any pinned, a release needs a signature. */
    EF_CMD_BUNDLE = 0x17, /* Say what the next upload into a slot holds besides the model, so that only the same whole bundle counts as there. */
    EF_CMD_MODEL_TRY = 0x18, /* As MODEL_ACTIVATE, but the release stays pending until MODEL_ACCEPT; otherwise the device goes back to the one before. */
    EF_CMD_MODEL_ACCEPT = 0x19, /* Keep the pending release of a slot, or go back to the one before; without one before, none is active then. */
    EF_CMD_APP = 0x1A, /* Tell how the application of a slot's active release does. */
    EF_CMD_MODEL_BLOCKS = 0x1B, /* Tell blocks of the active release of the slot that an upload has begun for, by hashes, from a block on. */
    EF_CMD_MODEL_PATCH = 0x1C, /* Append to the upload by a recipe: bytes of the active release, and bytes that stand in it. */
    EF_CMD_OPEN = 0x20, /* Load a model and allocate its tensors. */
    EF_CMD_MODEL_INFO = 0x21, /* Describe the opened model. */
    EF_CMD_SIGNATURE = 0x22, /* Choose the signature that INPUT, INVOKE and OUTPUT mean. */
    EF_CMD_TENSOR = 0x23, /* Describe one input or output of the chosen signature. */
    EF_CMD_INPUT = 0x30, /* Write bytes of an input tensor; up to the window of these may be unanswered. */
    EF_CMD_INVOKE = 0x31, /* Run the chosen signature: `warmup` unmeasured runs, then up to `max_runs` or `max_ms`, whichever ends first (0: no limit of that kind). */
    EF_CMD_SAMPLES = 0x32, /* Fetch raw ticks of the last INVOKE, from a sample on. */
    EF_CMD_OUTPUT = 0x33, /* Read bytes of an output tensor. */
    EF_CMD_PROFILE = 0x34, /* Fetch ticks per operator of the last INVOKE with profiling, from an operator on. */
    EF_CMD_MEMORY = 0x35, /* Fetch memory figures in bytes, by name. */
    EF_CMD_CONDITIONS = 0x36, /* Fetch what surrounds a measurement, by name; what is unavailable is absent. */
    EF_CMD_CANCEL = 0x37, /* Stop the running INVOKE; both requests are answered. */
    EF_CMD_RESET = 0x38, /* Reset variables, the opened model or the device. */
    EF_CMD_INPUT_USE = 0x39, /* Take an input tensor's bytes from a file that the transport's file channel wrote. */
    EF_CMD_OUTPUT_SAVE = 0x3A, /* Write an output tensor's bytes to a file for the transport's file channel. */
    EF_CMD_SLOTS = 0x15, /* List a slot's releases, newest first; an empty name lists the slots. */
    EF_CMD_TUNE = 0x3B, /* Prepare this process for measuring; what was changed on the device is undone when the agent ends, however it ends. */
    EF_CMD_CONDITIONS_DURING = 0x3C, /* Fetch one reading of the conditions that were taken about every second during the last INVOKE, between runs. */
};

enum ef_wire_slots {
    EF_SLOTS_NONE = 0,
    EF_SLOTS_RAM = 1,
    EF_SLOTS_FLASH = 2,
    EF_SLOTS_FILES = 3,
};

enum ef_wire_reset {
    EF_RESET_VARIABLES = 0,
    EF_RESET_CLOSE = 1,
    EF_RESET_DEVICE = 2,
};

enum ef_wire_side {
    EF_SIDE_INPUT = 0,
    EF_SIDE_OUTPUT = 1,
};

enum ef_wire_upload {
    EF_UPLOAD_SEND = 0,
    EF_UPLOAD_COMMITTED = 1,
    EF_UPLOAD_ACTIVE = 2,
};

#endif /* EF_WIRE_H */
