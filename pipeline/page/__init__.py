"""`wirebeam report`: one HTML page about a dataset, in one file, for people."""
