/* Generated from runtime/protocol.toml by `python -m edgeflow.wire.gen`. */
#ifndef EF_STATUS_H
#define EF_STATUS_H

enum ef_status {
    EF_OK = 0, /* Done. */
    EF_RUNNING = 1, /* Heartbeat of a long command; the reply is still to come. */
    EF_BAD_REQUEST = 2, /* The request is too short, too long or out of range. */
    EF_UNKNOWN_COMMAND = 3, /* This device does not know the command. */
    EF_BAD_STATE = 4, /* The command does not belong here: nothing opened, no upload begun. */
    EF_BAD_MODEL = 5, /* The model's bytes are damaged or not a .tflite. */
    EF_UNSUPPORTED_OPERATOR = 6, /* The runtime has no such operator. */
    EF_UNSUPPORTED_TYPE = 7, /* The operator does not take this data type. */
    EF_UNSUPPORTED_SHAPE = 8, /* The operator does not take this shape. */
    EF_UNSUPPORTED_OPTION = 9, /* A parameter of the operator, or an option of the request, is not offered here. */
    EF_ARENA_TOO_SMALL = 10, /* The arena cannot hold the model's tensors. */
    EF_TOO_LARGE = 11, /* The data does not fit: slot, file system or a limit of the runtime. */
    EF_BAD_CHECKSUM = 12, /* The SHA-256 of what arrived is not the announced one. */
    EF_BAD_OFFSET = 13, /* The offset is not the expected one; the reply's text names the expected one. */
    EF_NOT_FOUND = 14, /* No such slot, file, signature or tensor. */
    EF_NO_SLOTS = 15, /* This image holds its model ahead of time and takes no other. */
    EF_CANCELLED = 16, /* Stopped by the host. */
    EF_IO_ERROR = 17, /* Reading or writing storage failed. */
    EF_RUNTIME_ERROR = 18, /* The interpreter failed while preparing or running. */
    EF_NO_RUNTIME = 19, /* No interpreter is installed on the device. */
    EF_NOT_FINITE = 20, /* A quantization parameter or a computed value is not finite. */
    EF_BAD_SIGNATURE = 21, /* None of the keys that the device trusts has signed this. */
};

#endif /* EF_STATUS_H */
