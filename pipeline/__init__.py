"""How a run is put together: sources, the graph, sinks, the command line."""
