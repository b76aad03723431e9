/* A picture of any size into a tensor [1, height, width, channels]: cut or fitted, resized, normalized, quantized, pixel
 * by pixel, without a buffer. Pixel centres are at half; shrinking does not average. */
#include "ef_wrapper_exact.h"

#include "ef_wrapper.h"

#include <stddef.h>

/* Where a new pixel lies between two old ones. */
struct between {
    uint32_t first, second;
    float weight; /* of the second */
};

struct source {
    const struct ef_image *image;
    struct ef_wrapper_part part;
    uint32_t stride, given; /* bytes of a row; channels of the picture */
    uint8_t bytes, gray, bgr;
};

struct ef_wrapper_part ef_wrapper_crop(uint32_t height, uint32_t width, uint32_t new_height, uint32_t new_width) {
    struct ef_wrapper_part part = {0, 0, height, width};
    if ((uint64_t)width * new_height > (uint64_t)height * new_width) {
        part.columns = (uint32_t)((2 * (uint64_t)height * new_width + new_height) / (2 * (uint64_t)new_height));
        part.columns = part.columns == 0 ? 1 : part.columns;
        part.left = (width - part.columns) / 2;
    } else {
        part.rows = (uint32_t)((2 * (uint64_t)width * new_height + new_width) / (2 * (uint64_t)new_width));
        part.rows = part.rows == 0 ? 1 : part.rows;
        part.top = (height - part.rows) / 2;
    }
    return part;
}

struct ef_wrapper_part ef_wrapper_letterbox(uint32_t height, uint32_t width, uint32_t new_height, uint32_t new_width) {
    struct ef_wrapper_part part = {0, 0, new_height, new_width};
    if ((uint64_t)width * new_height > (uint64_t)height * new_width) {
        part.rows = (uint32_t)((2 * (uint64_t)height * new_width + width) / (2 * (uint64_t)width));
        part.rows = part.rows == 0 ? 1 : part.rows;
        part.top = (new_height - part.rows) / 2;
    } else {
        part.columns = (uint32_t)((2 * (uint64_t)width * new_height + height) / (2 * (uint64_t)height));
        part.columns = part.columns == 0 ? 1 : part.columns;
        part.left = (new_width - part.columns) / 2;
    }
    return part;
}

/* Old pixels of new pixel `i`. */
static struct between nearest(uint32_t i, uint32_t old, float ratio) {
    const float centre = ((float)i + 0.5f) * ratio;
    const uint32_t pixel = (uint32_t)centre;
    const struct between place = {pixel < old ? pixel : old - 1, 0, 0.0f};
    return place;
}

static struct between bilinear(uint32_t i, uint32_t old, float ratio) {
    const float centre = ((float)i + 0.5f) * ratio - 0.5f;
    struct between place = {0, 0, 0.0f};
    if (centre > 0.0f) {
        place.first = (uint32_t)centre;
        place.second = place.first + ((float)place.first < centre ? 1u : 0u);
    }
    if (place.first >= old) place.first = old - 1; /* only where float32 has no room for the size */
    if (place.second >= old) place.second = old - 1;
    place.weight = centre - (float)place.first;
    return place;
}

static const uint8_t *pixel_at(const struct source *from, uint32_t row, uint32_t column) {
    const uint32_t wide = from->bytes ? 1u : (uint32_t)sizeof(float);
    return (const uint8_t *)from->image->pixels + (size_t)(from->part.top + row) * from->stride +
           (size_t)(from->part.left + column) * from->given * wide;
}

static float channel_at(const struct source *from, const uint8_t *pixel, uint32_t channel) {
    if (from->given == 1) channel = 0;
    return from->bytes ? (float)pixel[channel] : ((const float *)(const void *)pixel)[channel];
}

/* A pixel's value in the tensor's channel. */
static float value_at(const struct source *from, uint32_t row, uint32_t column, uint32_t channel) {
    const uint8_t *const pixel = pixel_at(from, row, column);
    if (from->gray && from->given == 3) {
        const float red = channel_at(from, pixel, 0) * 0.299f;
        const float green = channel_at(from, pixel, 1) * 0.587f;
        return red + green + channel_at(from, pixel, 2) * 0.114f;
    }
    return channel_at(from, pixel, from->bgr ? 2u - channel : channel);
}

static float mixed(const struct source *from, const struct between *down, const struct between *across, uint32_t c) {
    const float upper = 1.0f - down->weight, left = 1.0f - across->weight;
    return value_at(from, down->first, across->first, c) * upper * left +
           value_at(from, down->second, across->first, c) * down->weight * left +
           value_at(from, down->first, across->second, c) * upper * across->weight +
           value_at(from, down->second, across->second, c) * down->weight * across->weight;
}

static enum ef_wrapper_status source_of(const struct ef_wrapper_picture *to, const struct ef_image *image,
                                        struct source *from) {
    if (image->pixels == NULL || image->width == 0 || image->height == 0) return EF_WRAPPER_BAD_IMAGE;
    if (image->width > 1u << 24 || image->height > 1u << 24) return EF_WRAPPER_BAD_IMAGE;
    if ((uint32_t)image->format > (uint32_t)EF_PIXELS_GRAY_FLOAT) return EF_WRAPPER_BAD_IMAGE;
    from->image = image;
    from->bytes = image->format == EF_PIXELS_RGB888 || image->format == EF_PIXELS_GRAY8;
    from->given = image->format == EF_PIXELS_GRAY8 || image->format == EF_PIXELS_GRAY_FLOAT ? 1 : 3;
    const uint32_t row = image->width * from->given * (from->bytes ? 1u : (uint32_t)sizeof(float));
    from->stride = image->stride_bytes == 0 ? row : image->stride_bytes;
    if (from->stride < row) return EF_WRAPPER_BAD_IMAGE;
    if (!from->bytes && (((uintptr_t)image->pixels | from->stride) & 3u) != 0) return EF_WRAPPER_BAD_IMAGE;
    from->gray = to->colour == EF_WRAPPER_GRAY;
    from->bgr = to->colour == EF_WRAPPER_BGR;
    const struct ef_wrapper_part all = {0, 0, image->height, image->width};
    from->part =
        to->fit == EF_WRAPPER_CROP ? ef_wrapper_crop(image->height, image->width, to->height, to->width) : all;
    return EF_WRAPPER_OK;
}

enum ef_wrapper_status ef_wrapper_image(const struct ef_wrapper_picture *to, const struct ef_image *image,
                                        void *tensor) {
    struct source from;
    enum ef_wrapper_status status = source_of(to, image, &from);
    if (status != EF_WRAPPER_OK) return status;
    struct ef_wrapper_part place = {0, 0, to->height, to->width};
    if (to->fit == EF_WRAPPER_LETTERBOX) {
        place = ef_wrapper_letterbox(image->height, image->width, to->height, to->width);
    }
    const uint32_t channels = from.gray ? 1 : 3;
    const float by_row = (float)from.part.rows / (float)place.rows;
    const float by_column = (float)from.part.columns / (float)place.columns;
    const uint8_t same = from.part.rows == place.rows && from.part.columns == place.columns;
    /* bytes that no arithmetic has changed are looked up; a picture of the model's size is not changed by mixing */
    const uint8_t looked_up = to->table != NULL && from.bytes && !(from.gray && from.given == 3) &&
                              (to->nearest || same);
    uint32_t i = 0;
    for (uint32_t row = 0; row < to->height; ++row) {
        const uint8_t beside = row < place.top || row - place.top >= place.rows;
        const uint32_t y = beside ? 0 : row - place.top;
        const struct between down =
            to->nearest ? nearest(y, from.part.rows, by_row) : bilinear(y, from.part.rows, by_row);
        for (uint32_t column = 0; column < to->width; ++column) {
            const uint8_t outside = beside || column < place.left || column - place.left >= place.columns;
            const uint32_t x = outside ? 0 : column - place.left;
            const struct between across =
                to->nearest ? nearest(x, from.part.columns, by_column) : bilinear(x, from.part.columns, by_column);
            for (uint32_t c = 0; c < channels; ++c, ++i) {
                if (looked_up) {
                    const uint8_t *const table = (const uint8_t *)to->table + (to->tables > 1 ? 256u * c : 0u);
                    const uint32_t channel = from.given == 1 ? 0 : from.bgr ? 2u - c : c;
                    const uint8_t byte = outside ? 0 : pixel_at(&from, down.first, across.first)[channel];
                    ((uint8_t *)tensor)[i] = table[byte];
                    continue;
                }
                float value = 0.0f;
                if (!outside) {
                    value = to->nearest ? value_at(&from, down.first, across.first, c) : mixed(&from, &down, &across, c);
                }
                status = ef_wrapper_put(&to->to, value, i, tensor);
                if (status != EF_WRAPPER_OK) return status;
            }
        }
    }
    return EF_WRAPPER_OK;
}
