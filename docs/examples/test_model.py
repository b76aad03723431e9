"""A project's own gate: `pytest --edgeflow-device pi4`."""


def test_the_model_is_no_slower_than_the_one_that_is_out(assert_no_regression):
    assert_no_regression("model.tflite", baseline="released/model.tflite", fail_over="5%")


def test_the_model_keeps_to_what_was_recorded(assert_no_regression):
    assert_no_regression("model.tflite", baseline="baseline/pi4.json", fail_over="10%", rounds=5)
