"""What it costs: the evaluation beside scikit-learn, and a report beside its budgets."""
