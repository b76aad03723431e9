/* Tensors into numbers, labels and classes. */
#include "ef_wrapper_exact.h"

#include "ef_wrapper.h"
#include "ef_wrapper_value.h"

#include <math.h>
#include <stddef.h>

static float real_at(const struct ef_wrapper_out *out, const void *tensor, uint32_t i) {
    int64_t whole = 0;
    switch (out->type) {
        case EF_WRAPPER_F32: return ((const float *)tensor)[i];
        case EF_WRAPPER_S8: whole = ((const int8_t *)tensor)[i]; break;
        case EF_WRAPPER_U8: whole = ((const uint8_t *)tensor)[i]; break;
        case EF_WRAPPER_S16: whole = ((const int16_t *)tensor)[i]; break;
        case EF_WRAPPER_S32: whole = ((const int32_t *)tensor)[i]; break;
        default: whole = ((const int64_t *)tensor)[i]; break;
    }
    if (out->scale == 0.0f) return (float)whole;
    if (out->type == EF_WRAPPER_S32 || out->type == EF_WRAPPER_S64) {
        return (float)(((double)whole - (double)out->zero_point) * (double)out->scale);
    }
    return (float)((int32_t)whole - out->zero_point) * out->scale; /* exact until the product's one rounding */
}

static double sigmoid(double real) { return 1.0 / (1.0 + exp(-real)); }

static void take_row(const struct ef_wrapper_out *out, const void *tensor, uint32_t number, struct ef_wrapper_row *row) {
    const uint32_t first = number * out->last;
    row->number = number;
    row->most = real_at(out, tensor, first);
    for (uint32_t i = 1; i < out->last; ++i) {
        const float real = real_at(out, tensor, first + i);
        if (real > row->most || real != real) row->most = real;
    }
    row->sum = 0.0;
    for (uint32_t i = 0; i < out->last; ++i) {
        row->sum += exp((double)real_at(out, tensor, first + i) - (double)row->most);
    }
}

static float calibrated(const struct ef_wrapper_calibration *by, float score, uint32_t number) {
    const struct ef_wrapper_curve *const curve = &by->curves[number];
    if (!curve->given) return (float)by->fallback;
    double real = (double)score;
    if (by->transform == EF_WRAPPER_LOG) real = log(real);
    if (by->transform == EF_WRAPPER_INVERSE_LOGISTIC) real = log(real / (1.0 - real));
    const double found = curve->scale * sigmoid(curve->slope * real + curve->offset);
    const int taken = curve->has_least ? score >= curve->least : found == found;
    return (float)(taken ? found : by->fallback);
}

float ef_wrapper_value(const struct ef_wrapper_out *out, const void *tensor, uint32_t i, struct ef_wrapper_row *row) {
    float real = real_at(out, tensor, i);
    if (out->activation == EF_WRAPPER_SOFTMAX) {
        if (row->number != i / out->last) take_row(out, tensor, i / out->last, row);
        real = (float)(exp((double)real - (double)row->most) / row->sum);
    } else if (out->activation == EF_WRAPPER_SIGMOID) {
        real = (float)sigmoid((double)real);
    }
    return out->calibration == NULL ? real : calibrated(out->calibration, real, i % out->last);
}

void ef_wrapper_read(const struct ef_wrapper_out *out, const void *tensor, float *values) {
    struct ef_wrapper_row row = EF_WRAPPER_NO_ROW;
    for (uint32_t i = 0; i < out->elements; ++i) values[i] = ef_wrapper_value(out, tensor, i, &row);
}

const char *ef_wrapper_label(const struct ef_wrapper_labels *labels, float value) {
    if (!(value >= 0.0f) || !(value < (float)labels->count)) return "";
    const uint32_t index = (uint32_t)value;
    return (float)index == value && index < labels->count ? labels->texts[index] : "";
}

void ef_wrapper_named(const struct ef_wrapper_out *out, const void *tensor, const struct ef_wrapper_labels *labels,
                      const char **names) {
    struct ef_wrapper_row row = EF_WRAPPER_NO_ROW;
    for (uint32_t i = 0; i < out->elements; ++i) {
        names[i] = ef_wrapper_label(labels, ef_wrapper_value(out, tensor, i, &row));
    }
}

uint32_t ef_wrapper_top(const float *values, uint32_t count, const struct ef_wrapper_labels *labels, uint32_t most,
                        const double *threshold, struct ef_class *top) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const float score = values[i];
        if (threshold != NULL && !((double)score >= *threshold)) continue;
        uint32_t place = found;
        while (place > 0 && (score > top[place - 1].score || (top[place - 1].score != top[place - 1].score &&
                                                              score == score))) {
            --place; /* what is not a number comes last */
        }
        if (place >= most) continue;
        found += found < most ? 1u : 0u;
        for (uint32_t moved = found - 1; moved > place; --moved) top[moved] = top[moved - 1];
        top[place].index = i;
        top[place].score = score;
        top[place].label = i < labels->count ? labels->texts[i] : "";
    }
    return found;
}
