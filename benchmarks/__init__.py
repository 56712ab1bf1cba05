"""How fast the evaluation is, beside scikit-learn doing the same work."""
