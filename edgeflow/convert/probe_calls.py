"""Calls of TensorFlow operators that need shapes, attributes or constants of their own to be asked about.

Keys are the operator's name, and a mark behind a slash where one operator is asked about in several dtypes. Each entry
makes a function of tensors and the specs of those tensors; it runs where TensorFlow is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Question = Callable[[], tuple[Callable[..., Any], list[Any]]]


def _ask(call: Callable[..., Any], *shapes: Sequence[int | None], dtype: str = "float32") -> Question:
    """`call(raw, tensors…)`; `shapes` are the tensors', all of `dtype`."""

    def make() -> tuple[Callable[..., Any], list[Any]]:
        import tensorflow as tf

        def ask(*tensors: Any) -> Any:
            return call(tf.raw_ops, *tensors)

        return ask, [tf.TensorSpec(list(shape), dtype, name=f"x{place}") for place, shape in enumerate(shapes)]

    return make


def _ones(*shape: int) -> Any:
    import numpy as np

    return (np.arange(1, 1 + int(np.prod(shape)), dtype=np.float32) / 7).reshape(shape)


def _py_function(_: Any, x: Any) -> Any:
    import tensorflow as tf

    return tf.py_function(lambda value: value, [x], tf.float32)


_IMAGE, _VOLUME, _SAME = (1, 8, 8, 2), (1, 4, 4, 4, 2), {"strides": [1, 1, 1, 1], "padding": "SAME"}
_POOL = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "SAME"}
_POOL_3D = {"ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": "SAME"}
_STRIDED = {"begin": [0, 0], "end": [1, 2], "strides": [1, 1]}
_PADS = [[0, 0], [1, 1], [1, 1], [0, 0]]
_NONE = [[0, 0], [0, 0]]
_BOXES = [[0.0, 0.0, 1.0, 1.0]]
CALLS: dict[str, Question] = {
    "AddN": _ask(lambda r, x, y: r.AddN(inputs=[x, y]), (2, 4), (2, 4)),
    "All": _ask(lambda r, x: r.All(input=x, axis=[1]), (2, 4), dtype="bool"),
    "Any": _ask(lambda r, x: r.Any(input=x, axis=[1]), (2, 4), dtype="bool"),
    "ArgMax": _ask(lambda r, x: r.ArgMax(input=x, dimension=1), (2, 4)),
    "ArgMin": _ask(lambda r, x: r.ArgMin(input=x, dimension=1), (2, 4)),
    "AudioSpectrogram": _ask(lambda r, x: r.AudioSpectrogram(input=x, window_size=16, stride=8), (64, 1)),
    "AvgPool": _ask(lambda r, x: r.AvgPool(value=x, **_POOL), _IMAGE),
    "AvgPool3D": _ask(lambda r, x: r.AvgPool3D(input=x, **_POOL_3D), _VOLUME),
    "BatchMatMul": _ask(lambda r, x, y: r.BatchMatMul(x=x, y=y), (2, 3, 4), (2, 4, 5)),
    "BatchMatMulV2": _ask(lambda r, x, y: r.BatchMatMulV2(x=x, y=y), (2, 3, 4), (2, 4, 5)),
    "BatchMatMulV3": _ask(lambda r, x, y: r.BatchMatMulV3(x=x, y=y, Tout=x.dtype), (2, 3, 4), (2, 4, 5)),
    "BatchToSpaceND": _ask(lambda r, x: r.BatchToSpaceND(input=x, block_shape=[2, 2], crops=_NONE), (4, 4, 4, 2)),
    "BiasAdd": _ask(lambda r, x: r.BiasAdd(value=x, bias=_ones(2)), _IMAGE),
    "Bincount": _ask(lambda r, x: r.Bincount(arr=x, size=4, weights=[1.0] * 4), (4,), dtype="int32"),
    "BroadcastArgs": _ask(lambda r, x: r.BroadcastArgs(s0=x, s1=[2, 4]), (2,), dtype="int32"),
    "BroadcastTo": _ask(lambda r, x: r.BroadcastTo(input=x, shape=[3, 4]), (1, 4)),
    "Bucketize": _ask(lambda r, x: r.Bucketize(input=x, boundaries=[0.0, 1.0]), (4,)),
    "Cast": _ask(lambda r, x: r.Cast(x=x, DstT="int32"), (2, 4)),
    "Cast/int32": _ask(lambda r, x: r.Cast(x=x, DstT="float32"), (2, 4), dtype="int32"),
    "Cast/int64": _ask(lambda r, x: r.Cast(x=x, DstT="float32"), (2, 4), dtype="int64"),
    "Cast/uint8": _ask(lambda r, x: r.Cast(x=x, DstT="float32"), (2, 4), dtype="uint8"),
    "Cast/bool": _ask(lambda r, x: r.Cast(x=x, DstT="float32"), (2, 4), dtype="bool"),
    "Cholesky": _ask(lambda r, x: r.Cholesky(input=x), (3, 3)),
    "ClipByValue": _ask(lambda r, x: r.ClipByValue(t=x, clip_value_min=0.0, clip_value_max=1.0), (2, 4)),
    "ConcatV2": _ask(lambda r, x, y: r.ConcatV2(values=[x, y], axis=1), (2, 4), (2, 3)),
    "ConcatV2/int32": _ask(lambda r, x, y: r.ConcatV2(values=[x, y], axis=1), (2, 4), (2, 3), dtype="int32"),
    "Conv2D": _ask(lambda r, x: r.Conv2D(input=x, filter=_ones(3, 3, 2, 4), **_SAME), _IMAGE),
    "Conv2DBackpropInput": _ask(
        lambda r, x: r.Conv2DBackpropInput(input_sizes=[1, 8, 8, 3], filter=_ones(3, 3, 3, 2), out_backprop=x, **_SAME),
        _IMAGE,
    ),
    "Conv3D": _ask(
        lambda r, x: r.Conv3D(input=x, filter=_ones(2, 2, 2, 2, 3), strides=[1] * 5, padding="SAME"), _VOLUME
    ),
    "Conv3DBackpropInputV2": _ask(
        lambda r, x: r.Conv3DBackpropInputV2(
            input_sizes=[1, 4, 4, 4, 3], filter=_ones(2, 2, 2, 3, 2), out_backprop=x, strides=[1] * 5, padding="SAME"
        ),
        _VOLUME,
    ),
    "CropAndResize": _ask(
        lambda r, x: r.CropAndResize(image=x, boxes=_BOXES, box_ind=[0], crop_size=[4, 4]), _IMAGE
    ),
    "Cumprod": _ask(lambda r, x: r.Cumprod(x=x, axis=1), (2, 4)),
    "Cumsum": _ask(lambda r, x: r.Cumsum(x=x, axis=1), (2, 4)),
    "DecodeJpeg": _ask(lambda r, x: r.DecodeJpeg(contents=x), (), dtype="string"),
    "DecodeRaw": _ask(lambda r, x: r.DecodeRaw(bytes=x, out_type="uint8"), (1,), dtype="string"),
    "DenseBincount": _ask(lambda r, x: r.DenseBincount(input=x, size=4, weights=[1.0] * 4), (4,), dtype="int32"),
    "DepthToSpace": _ask(lambda r, x: r.DepthToSpace(input=x, block_size=2), (1, 4, 4, 4)),
    "DepthwiseConv2dNative": _ask(
        lambda r, x: r.DepthwiseConv2dNative(input=x, filter=_ones(3, 3, 2, 1), **_SAME), _IMAGE
    ),
    "DenseToDenseSetOperation": _ask(
        lambda r, x, y: r.DenseToDenseSetOperation(set1=x, set2=y, set_operation="a-b")[1],
        (2, 3), (2, 3), dtype="int32",
    ),
    "Dilation2D": _ask(
        lambda r, x: r.Dilation2D(input=x, filter=_ones(3, 3, 2), rates=[1] * 4, **_SAME), _IMAGE
    ),
    "DynamicStitch": _ask(lambda r, x: r.DynamicStitch(indices=[[0, 1]], data=[x]), (2, 4)),
    "EagerPyFunc": _ask(_py_function, (2, 4)),
    "Einsum": _ask(lambda r, x, y: r.Einsum(inputs=[x, y], equation="bij,bjk->bik"), (2, 3, 4), (2, 4, 5)),
    "EnsureShape": _ask(lambda r, x: r.EnsureShape(input=x, shape=[2, 4]), (None, 4)),
    "ExpandDims": _ask(lambda r, x: r.ExpandDims(input=x, axis=1), (2, 4)),
    "ExtractImagePatches": _ask(
        lambda r, x: r.ExtractImagePatches(
            images=x, ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1] * 4, padding="SAME"
        ),
        _IMAGE,
    ),
    "FakeQuantWithMinMaxArgs": _ask(lambda r, x: r.FakeQuantWithMinMaxArgs(inputs=x), (2, 4)),
    "FakeQuantWithMinMaxVars": _ask(lambda r, x: r.FakeQuantWithMinMaxVars(inputs=x, min=-1.0, max=1.0), (2, 4)),
    "Fill": _ask(lambda r, x: r.Fill(dims=[2, 3], value=x), ()),
    "FusedBatchNormV3": _ask(
        lambda r, x: r.FusedBatchNormV3(
            x=x, scale=_ones(2), offset=_ones(2), mean=_ones(2), variance=_ones(2), is_training=False
        )[0],
        _IMAGE,
    ),
    "Gather": _ask(lambda r, x: r.Gather(params=x, indices=[1, 0]), (2, 4)),
    "GatherNd": _ask(lambda r, x: r.GatherNd(params=x, indices=[[1, 0]]), (2, 4)),
    "GatherV2": _ask(lambda r, x: r.GatherV2(params=x, indices=[1, 0], axis=0), (2, 4)),
    "GatherV2/table": _ask(
        lambda r, x: r.GatherV2(params=_ones(5, 3), indices=x, axis=0), (2,), dtype="int32"
    ),
    "IdentityN": _ask(lambda r, x: r.IdentityN(input=[x])[0], (2, 4)),
    "InTopKV2": _ask(lambda r, x: r.InTopKV2(predictions=x, targets=[0, 1], k=1), (2, 4)),
    "LRN": _ask(lambda r, x: r.LRN(input=x), _IMAGE),
    "LeakyRelu": _ask(lambda r, x: r.LeakyRelu(features=x), (2, 4)),
    "LinSpace": _ask(lambda r, x: r.LinSpace(start=x, stop=1.0, num=4), ()),
    "MatMul": _ask(lambda r, x: r.MatMul(a=x, b=_ones(4, 3)), (2, 4)),
    "MatrixDiagV3": _ask(
        lambda r, x: r.MatrixDiagV3(diagonal=x, k=0, num_rows=-1, num_cols=-1, padding_value=0.0), (2, 4)
    ),
    "MatrixSetDiagV3": _ask(lambda r, x, y: r.MatrixSetDiagV3(input=x, diagonal=y, k=0), (2, 4, 4), (2, 4)),
    "MatrixDeterminant": _ask(lambda r, x: r.MatrixDeterminant(input=x), (3, 3)),
    "MatrixInverse": _ask(lambda r, x: r.MatrixInverse(input=x), (3, 3)),
    "MatrixSolve": _ask(lambda r, x, y: r.MatrixSolve(matrix=x, rhs=y), (3, 3), (3, 2)),
    "Max": _ask(lambda r, x: r.Max(input=x, axis=[1]), (2, 4)),
    "MaxPool": _ask(lambda r, x: r.MaxPool(input=x, **_POOL), _IMAGE),
    "MaxPool3D": _ask(lambda r, x: r.MaxPool3D(input=x, **_POOL_3D), _VOLUME),
    "MaxPoolWithArgmax": _ask(lambda r, x: r.MaxPoolWithArgmax(input=x, **_POOL)[0], _IMAGE),
    "Mean": _ask(lambda r, x: r.Mean(input=x, axis=[1, 2]), _IMAGE),
    "Min": _ask(lambda r, x: r.Min(input=x, axis=[1]), (2, 4)),
    "MirrorPad": _ask(lambda r, x: r.MirrorPad(input=x, paddings=_PADS, mode="REFLECT"), _IMAGE),
    "Multinomial": _ask(lambda r, x: r.Multinomial(logits=x, num_samples=2), (2, 4)),
    "NonMaxSuppressionV3": _ask(
        lambda r, x, y: r.NonMaxSuppressionV3(
            boxes=x, scores=y, max_output_size=3, iou_threshold=0.5, score_threshold=0.1
        ),
        (8, 4), (8,),
    ),
    "NonMaxSuppressionV4": _ask(
        lambda r, x, y: r.NonMaxSuppressionV4(
            boxes=x, scores=y, max_output_size=3, iou_threshold=0.5, score_threshold=0.1, pad_to_max_output_size=True
        )[0],
        (8, 4), (8,),
    ),
    "NonMaxSuppressionV5": _ask(
        lambda r, x, y: r.NonMaxSuppressionV5(
            boxes=x, scores=y, max_output_size=3, iou_threshold=0.5, score_threshold=0.1, soft_nms_sigma=0.0,
            pad_to_max_output_size=True,
        )[0],
        (8, 4), (8,),
    ),
    "OneHot": _ask(lambda r, x: r.OneHot(indices=x, depth=4, on_value=1.0, off_value=0.0), (3,), dtype="int32"),
    "Pack": _ask(lambda r, x, y: r.Pack(values=[x, y]), (2, 4), (2, 4)),
    "Pack/int32": _ask(lambda r, x, y: r.Pack(values=[x, y]), (), (), dtype="int32"),
    "Pad": _ask(lambda r, x: r.Pad(input=x, paddings=_PADS), _IMAGE),
    "PadV2": _ask(lambda r, x: r.PadV2(input=x, paddings=_PADS, constant_values=1.0), _IMAGE),
    "PlaceholderWithDefault": _ask(lambda r, x: r.PlaceholderWithDefault(input=x, shape=[2, 4]), (2, 4)),
    "Prod": _ask(lambda r, x: r.Prod(input=x, axis=[1]), (2, 4)),
    "Qr": _ask(lambda r, x: r.Qr(input=x), (3, 3)),
    "RFFT": _ask(lambda r, x: r.RFFT(input=x, fft_length=[16]), (2, 16)),
    "RFFT2D": _ask(lambda r, x: r.RFFT2D(input=x, fft_length=[4, 16]), (4, 16)),
    "IRFFT": _ask(lambda r, x: r.IRFFT(input=x, fft_length=[16]), (2, 9), dtype="complex64"),
    "RandomStandardNormal": _ask(lambda r, x: r.RandomStandardNormal(shape=x, dtype="float32"), (2,), dtype="int32"),
    "RandomUniform": _ask(lambda r, x: r.RandomUniform(shape=x, dtype="float32"), (2,), dtype="int32"),
    "Range": _ask(lambda r, x: r.Range(start=0.0, limit=x, delta=1.0), ()),
    "Range/int32": _ask(lambda r, x: r.Range(start=0, limit=x, delta=1), (), dtype="int32"),
    "Reshape": _ask(lambda r, x: r.Reshape(tensor=x, shape=[4, 2]), (2, 4)),
    "Reshape/int32": _ask(lambda r, x: r.Reshape(tensor=x, shape=[4, 2]), (2, 4), dtype="int32"),
    "ResizeArea": _ask(lambda r, x: r.ResizeArea(images=x, size=[4, 4]), _IMAGE),
    "ResizeBicubic": _ask(lambda r, x: r.ResizeBicubic(images=x, size=[4, 4]), _IMAGE),
    "ResizeBilinear": _ask(
        lambda r, x: r.ResizeBilinear(images=x, size=[4, 4], half_pixel_centers=True), _IMAGE
    ),
    "ResizeNearestNeighbor": _ask(
        lambda r, x: r.ResizeNearestNeighbor(images=x, size=[4, 4], half_pixel_centers=True), _IMAGE
    ),
    "ReverseSequence": _ask(lambda r, x: r.ReverseSequence(input=x, seq_lengths=[1, 2], seq_dim=1), (2, 4)),
    "ReverseV2": _ask(lambda r, x: r.ReverseV2(tensor=x, axis=[1]), (2, 4)),
    "Roll": _ask(lambda r, x: r.Roll(input=x, shift=[1], axis=[1]), (2, 4)),
    "ScatterNd": _ask(lambda r, x: r.ScatterNd(indices=x, updates=[1.0, 2.0], shape=[4]), (2, 1), dtype="int32"),
    "SegmentSum": _ask(lambda r, x: r.SegmentSum(data=x, segment_ids=[0, 1]), (2, 4)),
    "Select": _ask(lambda r, x, y: r.Select(condition=[True, False], x=x, y=y), (2,), (2,)),
    "SelectV2": _ask(lambda r, x: r.SelectV2(condition=x, t=1.0, e=0.0), (2, 4), dtype="bool"),
    "Select/bool": _ask(lambda r, x: r.Select(condition=x, t=_ones(2, 4), e=_ones(2, 4)), (2, 4), dtype="bool"),
    "SetSize": _ask(lambda r, x: r.SetSize(set_indices=x, set_values=[1, 2], set_shape=[2, 3]), (2, 2), dtype="int64"),
    "Slice": _ask(lambda r, x: r.Slice(input=x, begin=[0, 1], size=[2, 2]), (2, 4)),
    "SpaceToBatchND": _ask(
        lambda r, x: r.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=_NONE), _IMAGE
    ),
    "SpaceToDepth": _ask(lambda r, x: r.SpaceToDepth(input=x, block_size=2), _IMAGE),
    "SparseToDense": _ask(
        lambda r, x: r.SparseToDense(
            sparse_indices=x, output_shape=[4], sparse_values=1.0, default_value=0.0, validate_indices=True
        ),
        (2,), dtype="int32",
    ),
    "Split": _ask(lambda r, x: r.Split(axis=1, value=x, num_split=2)[0], (2, 4)),
    "Split/axis": _ask(lambda r, x: r.Split(axis=1, value=x, num_split=2), (2, 4)),
    "SplitV": _ask(lambda r, x: r.SplitV(value=x, size_splits=[1, 3], axis=1, num_split=2), (2, 4)),
    "Squeeze": _ask(lambda r, x: r.Squeeze(input=x, axis=[1]), (2, 1, 4)),
    "StatelessRandomGetKeyCounter": _ask(lambda r, x: r.StatelessRandomGetKeyCounter(seed=x), (2,), dtype="int32"),
    "StatelessRandomNormalV2": _ask(
        lambda r, x: r.StatelessRandomNormalV2(shape=x, key=[1], counter=[1, 2], alg=1), (2,), dtype="int32"
    ),
    "StatelessRandomUniformV2": _ask(
        lambda r, x: r.StatelessRandomUniformV2(shape=x, key=[1], counter=[1, 2], alg=1), (2,), dtype="int32"
    ),
    "StatelessRandomNormalV2/key": _ask(
        lambda r, x: r.StatelessRandomNormalV2(shape=[2], key=x, counter=[1, 2], alg=1), (1,), dtype="uint64"
    ),
    "StatelessRandomUniformV2/key": _ask(
        lambda r, x: r.StatelessRandomUniformV2(shape=[2], key=x, counter=[1, 2], alg=1), (1,), dtype="uint64"
    ),
    "StaticRegexReplace": _ask(
        lambda r, x: r.StaticRegexReplace(input=x, pattern="a", rewrite="b"), (1,), dtype="string"
    ),
    "StridedSlice": _ask(lambda r, x: r.StridedSlice(input=x, **_STRIDED), (2, 4)),
    "StridedSlice/int32": _ask(lambda r, x: r.StridedSlice(input=x, **_STRIDED), (2, 4), dtype="int32"),
    "StridedSlice/complex64": _ask(lambda r, x: r.StridedSlice(input=x, **_STRIDED), (2, 4), dtype="complex64"),
    "StringJoin": _ask(lambda r, x, y: r.StringJoin(inputs=[x, y]), (1,), (1,), dtype="string"),
    "StringSplitV2": _ask(lambda r, x: r.StringSplitV2(input=x, sep=" ")[1], (1,), dtype="string"),
    "Sum": _ask(lambda r, x: r.Sum(input=x, axis=[1]), (2, 4)),
    "Svd": _ask(lambda r, x: r.Svd(input=x), (3, 3)),
    "TensorScatterUpdate": _ask(
        lambda r, x: r.TensorScatterUpdate(tensor=x, indices=[[0]], updates=_ones(1, 4)), (2, 4)
    ),
    "Tile": _ask(lambda r, x: r.Tile(input=x, multiples=[2, 1]), (2, 4)),
    "TopKV2": _ask(lambda r, x: r.TopKV2(input=x, k=2)[0], (2, 4)),
    "Transpose": _ask(lambda r, x: r.Transpose(x=x, perm=[1, 0]), (2, 4)),
    "Unique": _ask(lambda r, x: r.Unique(x=x)[0], (4,)),
    "Unpack": _ask(lambda r, x: r.Unpack(value=x, num=2)[0], (2, 4)),
    "UnsortedSegmentMax": _ask(
        lambda r, x: r.UnsortedSegmentMax(data=x, segment_ids=[0, 1], num_segments=2), (2, 4)
    ),
    "UnsortedSegmentMin": _ask(
        lambda r, x: r.UnsortedSegmentMin(data=x, segment_ids=[0, 1], num_segments=2), (2, 4)
    ),
    "UnsortedSegmentProd": _ask(
        lambda r, x: r.UnsortedSegmentProd(data=x, segment_ids=[0, 1], num_segments=2), (2, 4)
    ),
    "UnsortedSegmentSum": _ask(
        lambda r, x: r.UnsortedSegmentSum(data=x, segment_ids=[0, 1], num_segments=2), (2, 4)
    ),
    "Where": _ask(lambda r, x: r.Where(condition=x), (4,), dtype="bool"),
}  # fmt: skip
