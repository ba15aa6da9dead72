"""What a model is worth: metrics, calibration, robustness, cost, selection, figures."""
