"""Where articles, passages, vectors and terms live."""
