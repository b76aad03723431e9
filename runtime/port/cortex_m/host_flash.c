/* Arm semihosting (IHI 0058): BKPT 0xAB with the operation in r0 and its arguments' address in r1. */
#include "host_flash.h"

#ifdef EF_EMULATED
#include <string.h>

#define SYS_OPEN 0x01u
#define SYS_WRITE 0x05u
#define SYS_READ 0x06u
#define SYS_SEEK 0x0Au
#define SYS_GET_CMDLINE 0x15u
#define READ_AND_WRITE 3u /* "r+b" */
#define PATH_BYTES 512u
#define BLOCK_BYTES 128u

static uint8_t *base;
static uintptr_t file;

static uintptr_t call(uint32_t operation, const uintptr_t *arguments) {
    register uintptr_t result __asm("r0") = operation;
    register const uintptr_t *given __asm("r1") = arguments;
    __asm volatile("bkpt 0xab" : "+r"(result) : "r"(given) : "memory");
    return result;
}

static bool move(uint32_t operation, uint32_t offset, const void *data, size_t size) {
    const uintptr_t place[2] = {file, offset};
    const uintptr_t what[3] = {file, (uintptr_t)data, size};
    return call(SYS_SEEK, place) == 0u && call(operation, what) == 0u; /* 0 bytes are left over */
}

bool host_flash_begin(uint8_t *flash, uint32_t bytes) {
    char path[PATH_BYTES];
    uintptr_t line[2] = {(uintptr_t)path, sizeof path};
    base = flash;
    if (call(SYS_GET_CMDLINE, line) != 0u)
        return false;
    const uintptr_t opened[3] = {(uintptr_t)path, READ_AND_WRITE, strlen(path)};
    file = call(SYS_OPEN, opened);
    return file != (uintptr_t)-1 && move(SYS_READ, 0, base, bytes);
}

bool host_flash_keep(uint32_t offset, size_t size) {
    return move(SYS_WRITE, offset, base + offset, size);
}

static bool put(uint32_t offset, const uint8_t *data, size_t size) {
    return move(SYS_WRITE, offset, data, size) && move(SYS_READ, offset, base + offset, size);
}

bool host_flash_erase(uint32_t offset, size_t size) {
    uint8_t clean[BLOCK_BYTES];
    memset(clean, 0xFF, sizeof clean);
    for (size_t done = 0; done < size; done += BLOCK_BYTES)
        if (!put(offset + (uint32_t)done, clean, BLOCK_BYTES))
            return false;
    return true;
}

bool host_flash_program(uint32_t offset, const uint8_t *data, size_t size) {
    uint8_t block[BLOCK_BYTES];
    for (size_t done = 0; done < size;) {
        const size_t count = size - done < BLOCK_BYTES ? size - done : BLOCK_BYTES;
        const uint8_t *old = base + offset + done;
        for (size_t i = 0; i < count; i++) {
            block[i] = old[i] & data[done + i];
            if (block[i] != data[done + i])
                return false; /* a bit would have to be set */
        }
        if (!put(offset + (uint32_t)done, block, count))
            return false;
        done += count;
    }
    return true;
}

#else
typedef int host_flash_is_for_emulators; /* a file must hold something */
#endif
