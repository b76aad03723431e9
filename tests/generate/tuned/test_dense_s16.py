"""Which operators with int16 activations get the DSP family's kernels, and what is said of the others."""

import numpy as np
import pytest

from edgeflow.generate.ahead.tuned.registry import variants
from tests.runtime import cases_layers
from tests.runtime.tuned_calls import site_of

RNG = np.random.default_rng(5)
TAKEN = {
    "conv_2d_s16_dsp": cases_layers.window_s16(RNG, "CONV_2D", (5, 5), (3, 4), (3, 3)),
    "depthwise_conv_2d_s16_dsp": cases_layers.window_s16(RNG, "DEPTHWISE_CONV_2D", (5, 5), (8, 8), (3, 3)),
    "fully_connected_s16_dsp": cases_layers.connected_s16(RNG, 8, 3),
}
REFUSED = {
    "conv_2d_s16_dsp: 2250 values in a window": cases_layers.window_s16(RNG, "CONV_2D", (5, 5), (250, 4), (3, 3)),
    "depthwise_conv_2d_s16_dsp: 3 channels": cases_layers.window_s16(RNG, "DEPTHWISE_CONV_2D", (5, 5), (3, 3), (3, 3)),
    "fully_connected_s16_dsp: fewer than four values a channel": cases_layers.connected_s16(RNG, 3, 5),
}


@pytest.mark.parametrize("kernel", TAKEN)
def test_what_suits_the_extension_gets_its_kernel(kernel, tmp_path):
    found, reasons = variants(site := site_of(TAKEN[kernel], tmp_path, ("dsp",)))
    assert [one.kernel for one in found] == [kernel] and not reasons
    assert found[0].record == site.node.record and found[0].scratch_bytes == site.node.scratch_bytes
    assert variants(site_of(TAKEN[kernel], tmp_path, ())) == ((), ())


@pytest.mark.parametrize("reason", REFUSED)
def test_what_does_not_is_told_why(reason, tmp_path):
    assert variants(site_of(REFUSED[reason], tmp_path, ("dsp",))) == ((), (reason,))
