/* The memory plan: sizes and lifetimes to offsets. edgeflow/fit/arena.py is the same algorithm on the host; a test holds
 * the two equal. */
#ifndef EF_PLAN_H
#define EF_PLAN_H

#include <stdint.h>

/* One piece of memory: a tensor (or several that lie over each other) or an operator's scratch. 24 bytes. */
struct ef_plan_item {
    uint32_t size;   /* multiple of EF_ALIGNMENT; 0: takes no part */
    uint32_t offset; /* result */
    uint16_t first;  /* steps in which it lives, both ends included */
    uint16_t last;
    uint16_t key;    /* breaks ties between equal sizes: the higher goes first */
    uint16_t order;  /* work space */
    uint16_t over;      /* 1 + index of the item that dies where this one is born, and that it may lie over; 0: none */
    uint16_t forwards;  /* in units of EF_ALIGNMENT: allowed where that one begins so far behind this one (its rows are */
    uint16_t backwards; /* then made first to last), or this one so far behind that one (last to first) */
    uint16_t reserved;
};

#define EF_PLAN_APART UINT16_MAX /* no distance is enough */

#define EF_PLAN_MOST_ITEMS 4096u

/* Whether item `y`, placed, lies over the item that it may lie over, in such a way that rows must be made last to first. */
int ef_plan_is_backwards(const struct ef_plan_item *items, const struct ef_plan_item *y);

/* Whether no two items that live at the same time disturb each other where they are. */
int ef_plan_holds(const struct ef_plan_item *items, uint32_t count);

/* Give every item its offset; returns the bytes that all together need. At most EF_PLAN_MOST_ITEMS items. */
uint32_t ef_plan_place(struct ef_plan_item *items, uint32_t count);

#endif /* EF_PLAN_H */
