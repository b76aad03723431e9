/* One program at a time on a device. */
#ifndef EF_HOLD_H
#define EF_HOLD_H

#define EF_HOLD_BUSY_STATUS 75

/* Hold `path` until the process ends, and write into it who does: its descriptor, or -1 without a lock, which is told.
 * Ends the process with EF_HOLD_BUSY_STATUS and `busy WHO SECONDS` when another one has it. */
int ef_hold(const char *path, const char *owner);

#endif
