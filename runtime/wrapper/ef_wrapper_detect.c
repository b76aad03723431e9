/* Tensors into boxes and detections. */
#include "ef_wrapper_exact.h"

#include "ef_wrapper.h"
#include "ef_wrapper_value.h"

#include <stddef.h>

/* An edge of the model's picture as one of the photo. */
static float onto_photo(float edge, enum ef_wrapper_fit fit, uint32_t whole, uint32_t start, uint32_t size) {
    if (fit == EF_WRAPPER_CROP) return (edge * (float)size + (float)start) / (float)whole;
    return (edge * (float)whole - (float)start) / (float)size;
}

static struct ef_box box_at(const struct ef_wrapper_boxes *boxes, const void *tensor, uint32_t number,
                            const struct ef_wrapper_view *view, struct ef_wrapper_row *row) {
    float four[4];
    for (uint32_t i = 0; i < 4; ++i) {
        four[i] = ef_wrapper_value(&boxes->from, tensor, 4 * number + boxes->place[i], row);
    }
    if (boxes->form == EF_WRAPPER_UPPER_LEFT) {
        four[2] = four[0] + four[2];
        four[3] = four[1] + four[3];
    } else if (boxes->form == EF_WRAPPER_CENTER) {
        const float half_width = four[2] / 2.0f, half_height = four[3] / 2.0f;
        four[2] = four[0] + half_width;
        four[0] = four[0] - half_width;
        four[3] = four[1] + half_height;
        four[1] = four[1] - half_height;
    }
    struct ef_box box = {four[0] / boxes->width, four[1] / boxes->height, four[2] / boxes->width,
                         four[3] / boxes->height};
    if (view->fit != EF_WRAPPER_STRETCH && view->photo_width != 0) {
        const uint8_t crop = view->fit == EF_WRAPPER_CROP;
        const struct ef_wrapper_part part =
            crop ? ef_wrapper_crop(view->photo_height, view->photo_width, view->height, view->width)
                 : ef_wrapper_letterbox(view->photo_height, view->photo_width, view->height, view->width);
        const uint32_t wide = crop ? view->photo_width : view->width, high = crop ? view->photo_height : view->height;
        box.left = onto_photo(box.left, view->fit, wide, part.left, part.columns);
        box.top = onto_photo(box.top, view->fit, high, part.top, part.rows);
        box.right = onto_photo(box.right, view->fit, wide, part.left, part.columns);
        box.bottom = onto_photo(box.bottom, view->fit, high, part.top, part.rows);
    }
    return box;
}

void ef_wrapper_read_boxes(const struct ef_wrapper_boxes *boxes, const void *tensor, const struct ef_wrapper_view *view,
                           struct ef_box *found) {
    struct ef_wrapper_row row = EF_WRAPPER_NO_ROW;
    for (uint32_t i = 0; i < boxes->from.elements / 4; ++i) found[i] = box_at(boxes, tensor, i, view, &row);
}

/* The whole number in `value`, towards zero, saturated; 0 for what is not a number. */
static int32_t whole_of(float value) {
    if (value != value) return 0;
    return value >= 2147483648.0f ? INT32_MAX : value <= -2147483648.0f ? INT32_MIN : (int32_t)value;
}

uint32_t ef_wrapper_detect(const struct ef_wrapper_detections *from, const void *const tensors[4],
                           const struct ef_wrapper_labels *labels, const struct ef_wrapper_view *view,
                           struct ef_detection *found) {
    struct ef_wrapper_row box_row = EF_WRAPPER_NO_ROW, score_row = EF_WRAPPER_NO_ROW;
    struct ef_wrapper_row class_row = EF_WRAPPER_NO_ROW, count_row = EF_WRAPPER_NO_ROW;
    uint32_t total = from->boxes->from.elements / 4;
    const uint32_t each = from->scores->elements / total;
    if (from->count != NULL) {
        const int32_t there = whole_of(ef_wrapper_value(from->count, tensors[3], 0, &count_row));
        total = there <= 0 ? 0u : (uint32_t)there < total ? (uint32_t)there : total;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < total; ++i) {
        uint32_t best = 0;
        float score = ef_wrapper_value(from->scores, tensors[1], i * each, &score_row);
        for (uint32_t c = 1; c < each; ++c) {
            const float other = ef_wrapper_value(from->scores, tensors[1], i * each + c, &score_row);
            if (other > score || (other != other && score == score)) {
                score = other;
                best = c;
            }
        }
        if (from->has_threshold && !(score >= from->threshold)) continue;
        uint32_t place = kept;
        while (place > 0 && (score > found[place - 1].score ||
                             (found[place - 1].score != found[place - 1].score && score == score))) {
            --place;
        }
        if (place >= from->most) continue;
        kept += kept < from->most ? 1u : 0u;
        for (uint32_t moved = kept - 1; moved > place; --moved) found[moved] = found[moved - 1];
        float number = (float)best;
        if (each == 1) {
            number = from->classes == NULL ? 0.0f : ef_wrapper_value(from->classes, tensors[2], i, &class_row);
        }
        found[place].box = box_at(from->boxes, tensors[0], i, view, &box_row);
        found[place].index = whole_of(number);
        found[place].score = score;
        found[place].label = ef_wrapper_label(labels, number);
    }
    return kept;
}
