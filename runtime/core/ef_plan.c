/* Greedy placement: items are taken in some order, each at the lowest offset where it meets no item that lives at the same
 * time. Four orders are tried and the first of the best is kept; it stops early when the sum of what lives at one step is
 * reached, which nothing can beat. Deterministic; time grows with the square of the items. */
#include "ef_plan.h"

enum { BY_SIZE, BY_SIZE_THEN_BIRTH, BY_BIRTH, BY_AREA, ORDERS };

/* Does item `a` go before item `b`? Total for distinct (first, key). */
static int before(const struct ef_plan_item *a, const struct ef_plan_item *b, int rule) {
    if (rule == BY_BIRTH && a->first != b->first) return a->first < b->first;
    if (rule == BY_AREA) {
        const uint64_t area_a = (uint64_t)a->size * (uint32_t)(a->last - a->first + 1);
        const uint64_t area_b = (uint64_t)b->size * (uint32_t)(b->last - b->first + 1);
        if (area_a != area_b) return area_a > area_b;
    }
    if (a->size != b->size) return a->size > b->size;
    if (rule == BY_SIZE_THEN_BIRTH && a->first != b->first) return a->first < b->first;
    return a->key > b->key;
}

/* Items in the order of `rule`, as indices in the `order` fields; those of size 0 are left out. */
static uint32_t sort(struct ef_plan_item *items, uint32_t count, int rule) {
    uint32_t sorted = 0;
    for (uint32_t i = 0; i < count; ++i) {
        if (items[i].size == 0u) continue;
        uint32_t at = sorted++;
        for (; at > 0u && before(&items[i], &items[items[at - 1u].order], rule); --at) {
            items[at].order = items[at - 1u].order;
        }
        items[at].order = (uint16_t)i;
    }
    return sorted;
}

static int live_together(const struct ef_plan_item *a, const struct ef_plan_item *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* Offsets in the order of `rule`; returns the peak. The `placed` fields list what is placed, by offset. */
static uint32_t place(struct ef_plan_item *items, uint32_t count, int rule) {
    const uint32_t sorted = sort(items, count, rule);
    uint32_t peak = 0;
    for (uint32_t k = 0; k < sorted; ++k) {
        struct ef_plan_item *item = &items[items[k].order];
        uint32_t offset = 0;
        for (uint32_t p = 0; p < k; ++p) {
            const struct ef_plan_item *other = &items[items[p].placed];
            if (!live_together(item, other)) continue;
            if (other->offset >= offset && other->offset - offset >= item->size) break;
            if (other->offset + other->size > offset) offset = other->offset + other->size;
        }
        item->offset = offset;
        uint32_t at = k;
        for (; at > 0u && items[items[at - 1u].placed].offset > offset; --at) {
            items[at].placed = items[at - 1u].placed;
        }
        items[at].placed = items[k].order;
        if (offset + item->size > peak) peak = offset + item->size;
    }
    return peak;
}

/* The most bytes that live at one step. */
static uint32_t lower_bound(const struct ef_plan_item *items, uint32_t count) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t sum = 0;
        for (uint32_t k = 0; k < count; ++k) {
            if (items[k].first <= items[i].first && items[i].first <= items[k].last) sum += items[k].size;
        }
        if (sum > most) most = sum;
    }
    return most;
}

uint32_t ef_plan_place(struct ef_plan_item *items, uint32_t count) {
    const uint32_t bound = lower_bound(items, count);
    uint32_t best_peak = place(items, count, 0);
    int best = 0;
    int last = 0;
    for (int rule = 1; rule < ORDERS && best_peak > bound; ++rule) {
        const uint32_t peak = place(items, count, rule);
        last = rule;
        if (peak < best_peak) {
            best_peak = peak;
            best = rule;
        }
    }
    return last == best ? best_peak : place(items, count, best);
}
