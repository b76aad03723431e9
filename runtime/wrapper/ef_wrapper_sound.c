/* Sound into a tensor: channels mixed or repeated, silence after its end, then as any number. */
#include "ef_wrapper_exact.h"

#include "ef_wrapper.h"

#include <stddef.h>

static float sample_at(const struct ef_sound *sound, uint32_t i) {
    if (sound->format == EF_SAMPLES_FLOAT) return ((const float *)sound->samples)[i];
    return (float)((const int16_t *)sound->samples)[i] / 32768.0f;
}

enum ef_wrapper_status ef_wrapper_sound(const struct ef_wrapper_sound *to, const struct ef_sound *sound, void *tensor) {
    if (sound->samples == NULL || sound->count == 0 || sound->count > to->length) return EF_WRAPPER_BAD_SOUND;
    if (sound->sample_rate != to->sample_rate || sound->channels == 0) return EF_WRAPPER_BAD_SOUND;
    if (sound->channels != to->channels && sound->channels != 1 && to->channels != 1) return EF_WRAPPER_BAD_SOUND;
    if ((uint32_t)sound->format > (uint32_t)EF_SAMPLES_FLOAT) return EF_WRAPPER_BAD_SOUND;
    for (uint32_t moment = 0; moment < to->length; ++moment) {
        for (uint32_t channel = 0; channel < to->channels; ++channel) {
            float value = 0.0f;
            if (moment < sound->count) {
                const uint32_t first = moment * sound->channels;
                value = sample_at(sound, first + (sound->channels == to->channels ? channel : 0u));
                if (sound->channels > 1 && to->channels == 1) {
                    for (uint32_t other = 1; other < sound->channels; ++other) {
                        value = value + sample_at(sound, first + other);
                    }
                    value = value / (float)sound->channels;
                }
            }
            const enum ef_wrapper_status status = ef_wrapper_put(&to->to, value, moment * to->channels + channel, tensor);
            if (status != EF_WRAPPER_OK) return status;
        }
    }
    return EF_WRAPPER_OK;
}
