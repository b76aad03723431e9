"""edgeflow: TensorFlow models to measured numbers on real devices."""
