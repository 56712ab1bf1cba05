"""Classifiers of the expression literature that scikit-learn does not have, one a module."""
