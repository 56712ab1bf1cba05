"""Everything that is computed: data, embeddings, models, metrics, findings, results."""
