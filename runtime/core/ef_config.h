/* All of the runtime's compile-time options, with their cost. Set them on the command line (-DEF_WITH_REASONS=0) or
 * in a file named by -DEF_CONFIG_FILE='"my_config.h"'; what is not set has the default below. The options are:
 *
 *   EF_WITH_REASONS         1   a sentence for every refusal; 0 keeps status and indices and saves the text's flash
 *   EF_WITH_INT8            1   int8 kernels
 *   EF_WITH_INT16           1   kernels of int16 activations with int8 weights
 *   EF_WITH_FLOAT32         1   float32 kernels
 *   EF_WITH_DSP             1   loops for the DSP extension, FMA and Helium of Arm cores (about 7 KB of text with int8,
 *                               4 KB with int16, 0.5 KB with float32); 0 leaves the plain ones there too
 *   EF_WITH_PLAN_ENTRY      1   plans that models bring along (about 0.7 KB of text); 0 makes every plan on the board
 *   EF_WITH_STREAMING       1   those of them that run operators together by rows (about 3.7 KB of text), which 0 refuses
 *   EF_WITH_<OPERATOR>      1   one switch an operator (EF_WITH_CONV_2D, ...): ef_operators.h; 0 leaves the operator
 *                               out of `ef_kernels_all`, and the linker then drops its code (--gc-sections)
 *   EF_WITH_FILES           0   models in files of an operating system, for which the port answers (port/posix)
 *   EF_TFLM_FULLY_CONNECTED 0   1 rounds FULLY_CONNECTED twice as TensorFlow Lite Micro does; 0 as LiteRT does
 *   EF_MAX_RANK             6   dimensions of a tensor; 4 bytes of stack for each in every struct ef_tensor
 *   EF_MAX_INPUTS          32   inputs of one operator; a pointer of stack each while an operator runs
 *   EF_MAX_OUTPUTS         16   outputs of one operator; likewise
 */
#ifndef EF_CONFIG_H
#define EF_CONFIG_H

#ifdef EF_CONFIG_FILE
#include EF_CONFIG_FILE
#endif

#ifndef EF_WITH_REASONS
#define EF_WITH_REASONS 1
#endif
#ifndef EF_WITH_INT8
#define EF_WITH_INT8 1
#endif
#ifndef EF_WITH_INT16
#define EF_WITH_INT16 1
#endif
#ifndef EF_WITH_FLOAT32
#define EF_WITH_FLOAT32 1
#endif
#ifndef EF_WITH_DSP
#define EF_WITH_DSP 1
#endif
#ifndef EF_WITH_PLAN_ENTRY
#define EF_WITH_PLAN_ENTRY 1
#endif
#ifndef EF_WITH_STREAMING
#define EF_WITH_STREAMING EF_WITH_PLAN_ENTRY
#endif
#ifndef EF_WITH_FILES
#define EF_WITH_FILES 0
#endif
#ifndef EF_TFLM_FULLY_CONNECTED
#define EF_TFLM_FULLY_CONNECTED 0
#endif
#ifndef EF_MAX_RANK
#define EF_MAX_RANK 6
#endif
#ifndef EF_MAX_INPUTS
#define EF_MAX_INPUTS 32
#endif
#ifndef EF_MAX_OUTPUTS
#define EF_MAX_OUTPUTS 16
#endif

/* Offsets of planned tensors, of scratch and of the planned region itself are multiples of this. */
#define EF_ALIGNMENT 16u

#if defined(__GNUC__)
#define EF_COLD __attribute__((cold))          /* runs when a model is prepared: small rather than fast */
#define EF_OWN_FRAME __attribute__((noinline)) /* so that its stack is not taken beside what its caller calls */
#else
#define EF_COLD
#define EF_OWN_FRAME
#endif

/* Wraps the text of every refusal. */
#if EF_WITH_REASONS
#define EF_TEXT(text) (text)
#else
#define EF_TEXT(text) ""
#endif

#endif /* EF_CONFIG_H */
