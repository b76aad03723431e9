/* Greedy placement: items are taken in some order, each at the lowest offset where it disturbs no item that lives at the
 * same time; an output may lie over its dying input as far as the order of rows allows. Four orders are tried and the
 * first of the best is kept; it stops early when the sum of what lives at one step is reached, which nothing can beat.
 * Deterministic; time grows with the square of the items, seldom more. */
#include "ef_config.h"
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

/* A distance in bytes where it is less than a size, which is always enough. */
static uint32_t least(uint32_t size, uint16_t distance) {
    const uint32_t bytes = (uint32_t)distance * EF_ALIGNMENT;
    return distance != EF_PLAN_APART && bytes < size ? bytes : size;
}

static int live_together(const struct ef_plan_item *a, const struct ef_plan_item *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* The offsets of `item` at which it would disturb `other`, which is placed and lives at the same time: all that lie
 * between `*above` and `*below`. Where one of the two is made while the other is read, rows let them come nearer. */
static void disturbs(const struct ef_plan_item *items, const struct ef_plan_item *item,
                     const struct ef_plan_item *other, int64_t *above, int64_t *below) {
    uint32_t before = item->size, behind = other->size;
    if (item->over != 0u && &items[item->over - 1u] == other) {
        before = least(before, item->forwards);
        behind = least(behind, item->backwards);
    } else if (other->over != 0u && &items[other->over - 1u] == item) {
        before = least(before, other->backwards);
        behind = least(behind, other->forwards);
    }
    *above = (int64_t)other->offset - before;
    *below = (int64_t)other->offset + behind;
}

/* Offsets in the order of `rule`; returns the peak. */
static uint32_t place(struct ef_plan_item *items, uint32_t count, int rule) {
    const uint32_t sorted = sort(items, count, rule);
    uint32_t peak = 0;
    for (uint32_t k = 0; k < sorted; ++k) {
        struct ef_plan_item *item = &items[items[k].order];
        uint32_t offset = 0;
        for (uint32_t p = 0; p < k;) {
            const struct ef_plan_item *other = &items[items[p].order];
            int64_t above, below;
            ++p;
            if (!live_together(item, other)) continue;
            disturbs(items, item, other, &above, &below);
            if (offset <= above || offset >= below) continue;
            offset = (uint32_t)below;
            p = 0; /* it may disturb one that it did not disturb before */
        }
        item->offset = offset;
        if (offset + item->size > peak) peak = offset + item->size;
    }
    return peak;
}

/* The bytes that an item saves at its birth by lying over the one that dies there. */
static uint32_t saved(const struct ef_plan_item *items, const struct ef_plan_item *y) {
    if (y->over == 0u) return 0u;
    const struct ef_plan_item *x = &items[y->over - 1u];
    const uint32_t both = x->size + y->size;
    const uint32_t forwards = x->size + least(y->size, y->forwards), backwards = y->size + least(x->size, y->backwards);
    uint32_t together = forwards > y->size ? forwards : y->size;
    if ((backwards > x->size ? backwards : x->size) < together) together = backwards > x->size ? backwards : x->size;
    return both - together;
}

/* The most bytes that live at one step, with what its overlap saves. */
static uint32_t lower_bound(const struct ef_plan_item *items, uint32_t count) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t sum = 0, less = 0;
        for (uint32_t k = 0; k < count; ++k) {
            if (items[k].first > items[i].first || items[i].first > items[k].last) continue;
            sum += items[k].size;
            if (items[k].first == items[i].first && saved(items, &items[k]) > less) less = saved(items, &items[k]);
        }
        if (sum - less > most) most = sum - less;
    }
    return most;
}

int ef_plan_holds(const struct ef_plan_item *items, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        for (uint32_t k = 0; k < i; ++k) {
            int64_t above, below;
            if (items[i].size == 0u || items[k].size == 0u || !live_together(&items[i], &items[k])) continue;
            disturbs(items, &items[i], &items[k], &above, &below);
            if (items[i].offset > above && items[i].offset < below) return 0;
        }
    }
    return 1;
}

int ef_plan_is_backwards(const struct ef_plan_item *items, const struct ef_plan_item *y) {
    if (y->over == 0u) return 0;
    const struct ef_plan_item *x = &items[y->over - 1u];
    if (x->offset + x->size <= y->offset || y->offset + y->size <= x->offset) return 0;
    return x->offset < y->offset || x->offset - y->offset < least(y->size, y->forwards);
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
