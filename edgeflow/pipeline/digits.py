"""Train the demo's small CNN on scikit-learn's digits; runs as its own process because it imports TensorFlow.

`python -m edgeflow.pipeline.digits DIR` writes digits.keras, calibration.npz and test.npz to DIR and one JSON line
with the test accuracy to stdout.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

SEED = 7
EPOCHS = 30


def train(folder: Path) -> dict[str, float | int]:
    """Train on 1 400 images of 8×8 pixels in 0..1, keep the other 397 for the accuracy."""
    import keras
    from sklearn.datasets import load_digits

    keras.utils.set_random_seed(SEED)
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.images))
    images = (digits.images[order, :, :, None] / 16.0).astype(np.float32)
    labels = digits.target[order]
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.Conv2D(32, 1, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="digits",
    )
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images[:1400], labels[:1400], epochs=EPOCHS, batch_size=32, verbose=0)
    _, accuracy = model.evaluate(images[1400:], labels[1400:], verbose=0)
    model.save(folder / "digits.keras")
    np.savez(folder / "calibration.npz", image=images[:200])
    np.savez(folder / "test.npz", images=images[1400:], labels=labels[1400:])
    return {"accuracy": float(accuracy), "parameters": int(model.count_params()), "images": len(images) - 1400}


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stdout.write(json.dumps(train(Path(sys.argv[1]))) + "\n")
