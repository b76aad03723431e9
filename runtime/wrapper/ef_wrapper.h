/* Between an application's values and tensors, for generated wrappers: the arithmetic of edgeflow/generate/tensors.py
 * and signals.py in C. It needs nothing else of the runtime, allocates nothing and keeps nothing.
 *
 * What an application sees is at the top: images, sound, classes, boxes, detections. The descriptions below are
 * constants of generated code, so they lie in flash; their pointers are never NULL unless it is said.
 *
 * Every operation is one of float32, in the order that tensors.py states, never fused; softmax, sigmoid and score
 * calibration are computed in double and may differ from Python by the float next to theirs.
 */
#ifndef EF_WRAPPER_H
#define EF_WRAPPER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what an application gives and gets ----------------------------------------------------------------------- */

enum ef_wrapper_status {
    EF_WRAPPER_OK = 0,
    EF_WRAPPER_NOT_READY = 1,    /* init was not called, or failed */
    EF_WRAPPER_BAD_VALUE = 2,    /* not a number where the tensor holds integers, or no pointer */
    EF_WRAPPER_BAD_IMAGE = 3,    /* no pixels, or a format that does not exist */
    EF_WRAPPER_BAD_SOUND = 4,    /* no samples, more than the tensor takes, another rate or number of channels */
    EF_WRAPPER_RUNTIME = 5       /* the runtime refused the model: its own status says why */
};

enum ef_pixels {
    EF_PIXELS_RGB888 = 0,      /* three bytes a pixel: red, green, blue */
    EF_PIXELS_GRAY8 = 1,       /* one byte a pixel */
    EF_PIXELS_RGB_FLOAT = 2,   /* three floats a pixel, on the scale of the bytes */
    EF_PIXELS_GRAY_FLOAT = 3   /* one */
};

/* A picture of any size. `stride_bytes` is from one row to the next, 0 where rows follow each other; floats are aligned
 * to 4. */
struct ef_image {
    const void *pixels;
    uint32_t width, height;
    uint32_t stride_bytes;
    enum ef_pixels format;
};

enum ef_samples { EF_SAMPLES_S16 = 0, EF_SAMPLES_FLOAT = 1 /* -1 to 1 */ };

/* `count` moments of `channels` samples side by side. */
struct ef_sound {
    const void *samples;
    uint32_t count;
    uint32_t sample_rate; /* in Hz */
    uint16_t channels;
    enum ef_samples format;
};

/* One class. `label` is UTF-8 in flash, "" where the model's labels were not given. */
struct ef_class {
    uint32_t index;
    float score;
    const char *label;
};

/* Edges as parts of the photo that was given: 0 is its left or top, 1 its right or bottom; they may lie outside. */
struct ef_box {
    float left, top, right, bottom;
};

struct ef_detection {
    struct ef_box box;
    int32_t index;
    float score;
    const char *label;
};

/* ---- descriptions of tensors ---------------------------------------------------------------------------------- */

enum ef_wrapper_type { EF_WRAPPER_F32, EF_WRAPPER_S8, EF_WRAPPER_U8, EF_WRAPPER_S16, EF_WRAPPER_S32, EF_WRAPPER_S64 };

/* element = (value - mean) / divisor, rounded and shifted by `zero_point` where the tensor holds integers. The numbers
 * of `mean` and `divisor` go with the last dimension: one, or one each of it; 0: no such step. */
struct ef_wrapper_in {
    enum ef_wrapper_type type;
    uint32_t elements;
    int32_t zero_point;
    uint32_t means, divisors;
    const float *mean;    /* NULL when `means` is 0 */
    const float *divisor; /* NULL when `divisors` is 0 */
};

enum ef_wrapper_fit { EF_WRAPPER_STRETCH, EF_WRAPPER_CROP, EF_WRAPPER_LETTERBOX };
enum ef_wrapper_colour { EF_WRAPPER_RGB, EF_WRAPPER_BGR, EF_WRAPPER_GRAY };

struct ef_wrapper_picture {
    struct ef_wrapper_in to;
    uint32_t height, width;
    enum ef_wrapper_fit fit;
    enum ef_wrapper_colour colour; /* gray: one channel, otherwise three */
    uint8_t nearest;               /* 1: the nearest pixel, 0: bilinear */
    uint8_t tables;                /* 0, 1, or one a channel */
    const void *table;             /* what each byte becomes: `tables` times 256 elements of 8 bits; or NULL */
};

struct ef_wrapper_sound {
    struct ef_wrapper_in to;
    uint32_t sample_rate, length; /* moments */
    uint16_t channels;
};

/* One class's: score' = scale * sigmoid(slope * transform(score) + offset) from `least` on. */
struct ef_wrapper_curve {
    double scale, slope, offset;
    float least;
    uint8_t given; /* 0: the default score */
    uint8_t has_least;
};

enum ef_wrapper_transform { EF_WRAPPER_IDENTITY, EF_WRAPPER_LOG, EF_WRAPPER_INVERSE_LOGISTIC };

struct ef_wrapper_calibration {
    enum ef_wrapper_transform transform;
    double fallback;
    const struct ef_wrapper_curve *curves; /* one a class */
};

enum ef_wrapper_activation { EF_WRAPPER_PLAIN, EF_WRAPPER_SOFTMAX, EF_WRAPPER_SIGMOID };

/* real = scale * (element - zero_point), or the element itself where `scale` is 0; then activation over the `last`
 * dimension, then calibration. */
struct ef_wrapper_out {
    enum ef_wrapper_type type;
    uint32_t elements, last;
    float scale;
    int32_t zero_point;
    enum ef_wrapper_activation activation;
    const struct ef_wrapper_calibration *calibration; /* or NULL */
};

struct ef_wrapper_labels {
    uint32_t count;            /* 0: none */
    const char *const *texts;
};

enum ef_wrapper_form { EF_WRAPPER_BOUNDARIES, EF_WRAPPER_UPPER_LEFT, EF_WRAPPER_CENTER };

/* `place` says where of four stand left, top, right, bottom, or what `form` has in their place; `width` and `height`
 * divide pixels. */
struct ef_wrapper_boxes {
    struct ef_wrapper_out from;
    uint8_t place[4];
    enum ef_wrapper_form form;
    float width, height;
};

/* How a photo became the model's picture: 0 in `photo_width` where none did. */
struct ef_wrapper_view {
    uint32_t photo_width, photo_height, width, height;
    enum ef_wrapper_fit fit;
};

struct ef_wrapper_detections {
    const struct ef_wrapper_boxes *boxes;
    const struct ef_wrapper_out *scores;  /* one a box, or one a box and class */
    const struct ef_wrapper_out *classes; /* one a box; or NULL */
    const struct ef_wrapper_out *count;   /* how many boxes there are; or NULL: all */
    uint32_t most;                        /* of answers */
    uint8_t has_threshold;
    float threshold;
};

/* ---- what generated code calls --------------------------------------------------------------------------------- */

/* Values into a tensor of `in->elements`. EF_WRAPPER_BAD_VALUE leaves it half written. */
enum ef_wrapper_status ef_wrapper_write(const struct ef_wrapper_in *in, const float *values, void *tensor);

enum ef_wrapper_status ef_wrapper_image(const struct ef_wrapper_picture *to, const struct ef_image *image,
                                        void *tensor);

enum ef_wrapper_status ef_wrapper_sound(const struct ef_wrapper_sound *to, const struct ef_sound *sound, void *tensor);

/* One value, (value - mean) / divisor, at element `i`. */
enum ef_wrapper_status ef_wrapper_put(const struct ef_wrapper_in *in, float value, uint32_t i, void *tensor);

/* The part of a photo that becomes the picture (crop), or of the picture that the photo becomes (letterbox). */
struct ef_wrapper_part {
    uint32_t top, left, rows, columns;
};
struct ef_wrapper_part ef_wrapper_crop(uint32_t height, uint32_t width, uint32_t new_height, uint32_t new_width);
struct ef_wrapper_part ef_wrapper_letterbox(uint32_t height, uint32_t width, uint32_t new_height, uint32_t new_width);

/* All values of an output. */
void ef_wrapper_read(const struct ef_wrapper_out *out, const void *tensor, float *values);

/* The label of each value, "" for one without. */
void ef_wrapper_named(const struct ef_wrapper_out *out, const void *tensor, const struct ef_wrapper_labels *labels,
                      const char **names);

/* The `most` best scores of at least `*threshold` (NULL: all), best first, the lower index first of equals; returns how
 * many. */
uint32_t ef_wrapper_top(const float *values, uint32_t count, const struct ef_wrapper_labels *labels, uint32_t most,
                        const double *threshold, struct ef_class *top);

/* All boxes of an output. */
void ef_wrapper_read_boxes(const struct ef_wrapper_boxes *boxes, const void *tensor, const struct ef_wrapper_view *view,
                           struct ef_box *found);

/* The best detections, best first; returns how many. `tensors` are those of boxes, scores, classes and count, NULL
 * where there is none. */
uint32_t ef_wrapper_detect(const struct ef_wrapper_detections *from, const void *const tensors[4],
                           const struct ef_wrapper_labels *labels, const struct ef_wrapper_view *view,
                           struct ef_detection *found);

#ifdef __cplusplus
}
#endif

#endif /* EF_WRAPPER_H */
