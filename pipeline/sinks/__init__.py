"""Where rows go: staged Arrow files, partitioned Parquet, manifests."""
