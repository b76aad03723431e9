/* Sizes of SVDF; see the header. */
#include "ef_svdf.h"

#include "ef_dense.h"

enum ef_status ef_svdf_prepare(struct ef_context *context, struct ef_svdf *svdf) {
    struct ef_tensor in, features, times, bias, state, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &features);
    ef_input(context, 2, &times);
    ef_input(context, 4, &state);
    ef_output(context, 0, &out);
    const int32_t rank = ef_option_i32(context, 0, 0), filters = features.dims[0];
    if (rank < 1 || filters % rank != 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("rank # of # filters"), rank, filters);
    if (features.dims[1] != in.dims[1])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("filters of # values for an input of #"),
                         features.dims[1], in.dims[1]);
    if (times.dims[0] != filters)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 2, EF_TEXT("weights of # filters, there are #"), times.dims[0],
                         filters);
    if (ef_input(context, 3, &bias) && bias.dims[0] != filters / rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 3, EF_TEXT("bias has # values for # units"), bias.dims[0],
                         filters / rank);
    if (state.dims[0] != in.dims[0] || (int64_t)filters * times.dims[1] != state.dims[1])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 4, EF_TEXT("state of # x # values"), state.dims[0],
                         state.dims[1]);
    if (out.dims[0] != in.dims[0] || out.dims[1] != filters / rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("must have # units, not #"),
                         filters / rank, out.dims[1]);
    svdf->batches = (uint32_t)in.dims[0];
    svdf->inputs = (uint32_t)in.dims[1];
    svdf->filters = (uint32_t)filters;
    svdf->memory = (uint32_t)times.dims[1];
    svdf->rank = (uint32_t)rank;
    return ef_dense_check_activation(context, ef_option_i8(context, 1, EF_ACTIVATION_NONE));
}
