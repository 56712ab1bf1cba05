import sys; sys.path.insert(0,"tests")
import pytest
def test_x(toy_results, two_class_results):
    for r in (toy_results,two_class_results):
        print()
        for e in r.evaluations: print(e.key,e.n_errors,e.n_predictions,e.roc_auc, e.accuracy_interval, e.n_not_converged)
        print([f.code for f in r.findings]); print(r.preprocessing.n_genes_out, r.genes.n_significant, r.data.calls, r.data.negative_share)
        print([(i.key,i.n_changed) for i in r.improvements])
        print([(e.trustworthiness,e.silhouette) for e in r.embeddings])
