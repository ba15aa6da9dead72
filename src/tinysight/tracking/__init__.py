"""MLflow's only doors: runs and registry."""
