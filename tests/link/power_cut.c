/* Deploys models to slots in flash again and again; at every erase and program step of a deployment the power is cut,
 * in four ways. After each cut the slots must mount with the old model or the new one, whole, and take the next one.
 * Prints "STEPS cuts" and ends with 0, or says what went wrong and ends with 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_slots.h"
#include "ef_wire.h"

#define SECTOR 1024u
#define FLASH_BYTES (32u * SECTOR)
#define MODEL_MAX 12000u

static struct {
    uint8_t bytes[FLASH_BYTES];
    long left;    /* steps until the power goes, < 0: never */
    unsigned way; /* of being cut */
    unsigned long steps;
} flash;

static uint32_t state = 1;

static uint32_t draw(void) {
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void fail(const char *what, unsigned long a, unsigned long b) {
    printf("%s (%lu, %lu) at step %lu, way %u\n", what, a, b, flash.steps, flash.way);
    exit(1);
}

/* Whether this step is still done whole; without power nothing is. */
static int powered(void) {
    flash.steps++;
    if (flash.left < 0)
        return 2;
    if (flash.left == 0)
        return 0;
    return --flash.left > 0 ? 2 : 1;
}

static bool erase(void *context, uint32_t offset) {
    int power = powered();
    (void)context;
    if (offset % SECTOR != 0u || offset >= FLASH_BYTES)
        fail("erase outside", offset, 0);
    if (power == 2) {
        memset(flash.bytes + offset, 0xFF, SECTOR);
        return true;
    }
    for (uint32_t i = 0; power == 1 && i < SECTOR; i++) {
        if (flash.way == 1u && i < SECTOR / 2u)
            flash.bytes[offset + i] = 0xFF;
        if (flash.way == 2u)
            flash.bytes[offset + i] |= (uint8_t)draw();
        if (flash.way == 3u)
            flash.bytes[offset + i] = 0xFF;
    }
    return false;
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    int power = powered();
    (void)context;
    if (offset % 8u != 0u || size % 8u != 0u || offset > FLASH_BYTES || size > FLASH_BYTES - offset)
        fail("program outside or unaligned", offset, (unsigned long)size);
    for (size_t i = 0; power > 0 && i < size; i++) {
        uint8_t *byte = &flash.bytes[offset + i];
        if (power == 2 && (*byte & data[i]) != data[i])
            fail("program of a bit that is not erased", offset, (unsigned long)i);
        if (power == 2 || flash.way == 3u || (flash.way == 1u && i < size / 2u))
            *byte &= data[i];
        else if (flash.way == 2u)
            *byte &= (uint8_t)(data[i] | draw());
    }
    return power == 2;
}

struct model {
    uint32_t size;
    uint8_t bytes[MODEL_MAX];
    uint8_t sha256[EF_SHA256_BYTES];
};

static void make(struct model *model) {
    struct ef_sha256 sha;
    model->size = 1u + draw() % MODEL_MAX;
    for (uint32_t i = 0; i < model->size; i++)
        model->bytes[i] = draw() % 3u ? (uint8_t)draw() : 0xFF;
    ef_sha256_begin(&sha);
    ef_sha256_add(&sha, model->bytes, model->size);
    ef_sha256_end(&sha, model->sha256);
}

/* True when all of it was done. */
static bool deploy(struct ef_slots *slots, const struct model *model) {
    static const uint8_t name[] = "model";
    struct ef_span label = {name, 5};
    uint8_t upload;
    unsigned index;
    if (ef_slots_announce(slots, label, model->size, model->sha256, &upload, &index) != EF_OK)
        return false;
    if (upload == EF_UPLOAD_ACTIVE)
        return true;
    if (upload == EF_UPLOAD_SEND) {
        while (slots->received < model->size) {
            uint32_t part = 1u + draw() % 700u;
            if (part > model->size - slots->received)
                part = model->size - slots->received;
            if (ef_slots_store(slots, slots->received, model->bytes + slots->received, part) != EF_OK)
                return false;
        }
        enum ef_status status = ef_slots_commit(slots, &index);
        if (status == EF_BAD_CHECKSUM)
            fail("bytes were stored wrongly", slots->received, 0);
        if (status != EF_OK)
            return false;
    }
    return ef_slots_activate(slots, index) == EF_OK;
}

static bool holds(struct ef_slots *slots, const struct model *model) {
    unsigned active = slots->directory.active;
    return active != EF_SLOTS_NO_SLOT && slots->directory.entry[active].size == model->size &&
           memcmp(slots->directory.entry[active].sha256, model->sha256, EF_SHA256_BYTES) == 0 &&
           ef_slots_intact(slots, active) && memcmp(ef_slots_data(slots, active), model->bytes, model->size) == 0;
}

int main(void) {
    static struct model models[2];
    struct ef_port port = {0};
    struct ef_slots slots;
    unsigned long cuts = 0;
    port.erase = erase;
    port.program = program;
    port.slots = flash.bytes;
    port.slots_bytes = FLASH_BYTES;
    port.sector_bytes = SECTOR;
    port.program_bytes = 8;
    flash.left = -1;
    for (uint32_t i = 0; i < FLASH_BYTES; i++)
        flash.bytes[i] = (uint8_t)draw(); /* a factory's leftovers */
    ef_slots_mount(&slots, &port);
    if (slots.directory.active != EF_SLOTS_NO_SLOT)
        fail("noise was mounted", slots.directory.active, 0);
    make(&models[0]);
    if (!deploy(&slots, &models[0]) || !holds(&slots, &models[0]))
        fail("the first model was not deployed", 0, 0);
    for (unsigned round = 0; round < 12u; round++) {
        struct model *now = &models[round % 2u], *next = &models[(round + 1u) % 2u];
        static uint8_t before[FLASH_BYTES];
        bool done = false;
        make(next);
        memcpy(before, flash.bytes, FLASH_BYTES);
        for (long cut = 1; !done; cut++) {
            for (flash.way = 0; flash.way < 4u && !done; flash.way++) {
                memcpy(flash.bytes, before, FLASH_BYTES);
                flash.left = -1;
                ef_slots_mount(&slots, &port);
                flash.left = cut;
                done = deploy(&slots, next) && flash.left != 0;
                cuts += !done;
                flash.left = -1;
                ef_slots_mount(&slots, &port); /* the power is back */
                if (!holds(&slots, done ? next : now) && !holds(&slots, next))
                    fail("neither the old nor the new model", round, (unsigned long)cut);
                if (done)
                    break;
                if (!deploy(&slots, next) || !holds(&slots, next))
                    fail("the model cannot be deployed after the cut", round, (unsigned long)cut);
            }
        }
    }
    printf("%lu cuts\n", cuts);
    return 0;
}
