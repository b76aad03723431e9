/* A bounded reader of JSON (RFC 8259): one item after the other, in place, nothing is kept.
 *
 * Stricter than it must be, because what is read here is made by edgeflow: ASCII, at most EF_JSON_DEPTH levels. */
#ifndef EF_JSON_H
#define EF_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EF_JSON_DEPTH 32u

enum ef_json_kind {
    EF_JSON_OBJECT, /* its members follow, then EF_JSON_CLOSE */
    EF_JSON_ARRAY,  /* likewise */
    EF_JSON_CLOSE,
    EF_JSON_STRING,
    EF_JSON_OTHER, /* number, true, false, null */
    EF_JSON_END,   /* the text ended where it may */
    EF_JSON_DAMAGED
};

/* Characters of the text. A string's are those between its quotes, as they stand; one with escapes in it equals no
 * text, see ef_json_is. Other values' are all of theirs. */
struct ef_json_text {
    const char *data;
    size_t size;
    bool escaped;
};

struct ef_json_item {
    enum ef_json_kind kind;
    unsigned depth;          /* of what it lies in: 0 the whole, 1 the members of the outermost object... */
    struct ef_json_text key; /* of an object's member, else empty */
    struct ef_json_text text;
};

struct ef_json {
    const char *data;
    size_t size, at;
    unsigned depth;
    uint32_t objects; /* bit i: level i + 1 is an object */
    bool first, done;
};

void ef_json_begin(struct ef_json *json, const char *data, size_t size);

/* The next item; once EF_JSON_END or EF_JSON_DAMAGED, always so. */
struct ef_json_item ef_json_next(struct ef_json *json);

bool ef_json_is(struct ef_json_text text, const char *other);

#endif /* EF_JSON_H */
