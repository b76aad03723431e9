/* Arithmetic modulo 2^255 - 19.
 *
 * A number is eight 32-bit words, the least first; any value below 2^256 stands for its remainder. Only public values
 * come here (signatures are verified, never made), so nothing takes constant time. */
#ifndef EF_FIELD25519_H
#define EF_FIELD25519_H

#include <stdbool.h>
#include <stdint.h>

#define EF_FIELD_WORDS 8u

struct ef_field {
    uint32_t word[EF_FIELD_WORDS];
};

/* `out` may be `a` or `b` in each of these. */
void ef_field_add(struct ef_field *out, const struct ef_field *a, const struct ef_field *b);
void ef_field_subtract(struct ef_field *out, const struct ef_field *a, const struct ef_field *b);
void ef_field_multiply(struct ef_field *out, const struct ef_field *a, const struct ef_field *b);

/* a^(2^255 - 21), which is 1/a, and 0 for 0. */
void ef_field_invert(struct ef_field *out, const struct ef_field *a);

/* a^(2^252 - 2): where `a` has square roots, one of them or one of -a's (RFC 8032, section 5.1.1). */
void ef_field_root(struct ef_field *out, const struct ef_field *a);

bool ef_field_equal(const struct ef_field *a, const struct ef_field *b);

/* The remainder itself, below 2^255 - 19. */
void ef_field_reduce(struct ef_field *a);

/* 32 bytes, the least first, as they are; whether they are below 2^255 - 19. */
bool ef_field_load(struct ef_field *out, const uint8_t bytes[32]);

/* The remainder's 32 bytes, the least first. */
void ef_field_store(const struct ef_field *a, uint8_t bytes[32]);

#endif /* EF_FIELD25519_H */
