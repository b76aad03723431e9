/* Levels are bits, so that depth costs no stack. Refused: comments, trailing commas, control characters, bytes beyond
 * ASCII, numbers of another form, names with escapes in them, anything behind the end. */
#include "ef_json.h"

#include <string.h>

void ef_json_begin(struct ef_json *json, const char *data, size_t size) {
    memset(json, 0, sizeof *json);
    json->data = data;
    json->size = size;
    json->first = true;
}

bool ef_json_is(struct ef_json_text text, const char *other) {
    return !text.escaped && text.size == strlen(other) && memcmp(text.data, other, text.size) == 0;
}

/* The next character without taking it, 0 at the end. */
static char peek(const struct ef_json *json) {
    return json->at < json->size ? json->data[json->at] : '\0';
}

static void skip_blanks(struct ef_json *json) {
    while (peek(json) == ' ' || peek(json) == '\n' || peek(json) == '\r' || peek(json) == '\t')
        json->at++;
}

static bool take(struct ef_json *json, char c) {
    skip_blanks(json);
    if (c == '\0' || peek(json) != c)
        return false;
    json->at++;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool escape(struct ef_json *json) {
    char c = peek(json);
    if (c == '\0' || !strchr("\"\\/bfnrtu", c))
        return false;
    json->at++;
    for (unsigned i = 0; c == 'u' && i < 4u; i++) {
        if (!is_hex(peek(json)))
            return false;
        json->at++;
    }
    return true;
}

/* A string behind its first quote. */
static bool string(struct ef_json *json, struct ef_json_text *text) {
    text->data = json->data + json->at;
    text->escaped = false;
    for (;;) {
        char c = peek(json);
        if (c < ' ' || c > '~')
            return false;
        json->at++;
        if (c == '"')
            break;
        if (c == '\\') {
            text->escaped = true;
            if (!escape(json))
                return false;
        }
    }
    text->size = (size_t)(json->data + json->at - 1 - text->data);
    return true;
}

static bool digits(struct ef_json *json) {
    size_t begin = json->at;
    while (is_digit(peek(json)))
        json->at++;
    return json->at > begin;
}

static bool number(struct ef_json *json) {
    if (peek(json) == '-')
        json->at++;
    if (peek(json) == '0')
        json->at++;
    else if (!digits(json))
        return false;
    if (peek(json) == '.') {
        json->at++;
        if (!digits(json))
            return false;
    }
    if (peek(json) == 'e' || peek(json) == 'E') {
        json->at++;
        if (peek(json) == '+' || peek(json) == '-')
            json->at++;
        return digits(json);
    }
    return true;
}

static bool word(struct ef_json *json, const char *text) {
    size_t size = strlen(text);
    if (json->size - json->at < size || memcmp(json->data + json->at, text, size) != 0)
        return false;
    json->at += size;
    return true;
}

static bool open_level(struct ef_json *json, bool object) {
    if (json->depth == EF_JSON_DEPTH)
        return false;
    uint32_t bit = (uint32_t)1u << json->depth++;
    json->objects = object ? json->objects | bit : json->objects & ~bit;
    json->first = true;
    return true;
}

static bool value(struct ef_json *json, struct ef_json_item *item) {
    skip_blanks(json);
    switch (peek(json)) {
    case '{':
    case '[':
        item->kind = json->data[json->at] == '{' ? EF_JSON_OBJECT : EF_JSON_ARRAY;
        json->at++;
        return open_level(json, item->kind == EF_JSON_OBJECT);
    case '"':
        item->kind = EF_JSON_STRING;
        json->at++;
        return string(json, &item->text);
    default:
        item->kind = EF_JSON_OTHER;
        item->text.data = json->data + json->at;
        if (!word(json, "true") && !word(json, "false") && !word(json, "null") && !number(json))
            return false;
        item->text.size = (size_t)(json->data + json->at - item->text.data);
        return true;
    }
}

static bool next(struct ef_json *json, struct ef_json_item *item) {
    if (json->depth == 0u) {
        skip_blanks(json);
        if (!json->first) {
            item->kind = EF_JSON_END;
            return json->at == json->size;
        }
        json->first = false;
        return value(json, item);
    }
    bool object = (json->objects >> (json->depth - 1u) & 1u) != 0u;
    if (take(json, object ? '}' : ']')) {
        item->kind = EF_JSON_CLOSE;
        item->depth = --json->depth;
        json->first = false;
        return true;
    }
    if (!json->first && !take(json, ','))
        return false;
    json->first = false;
    if (object && !(take(json, '"') && string(json, &item->key) && !item->key.escaped && take(json, ':')))
        return false;
    return value(json, item);
}

struct ef_json_item ef_json_next(struct ef_json *json) {
    struct ef_json_item item = {EF_JSON_DAMAGED, json->depth, {"", 0, false}, {"", 0, false}};
    if (json->done || !next(json, &item)) {
        item.kind = EF_JSON_DAMAGED;
        json->done = true;
    }
    return item;
}
