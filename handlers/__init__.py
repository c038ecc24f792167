"""The edge: HTTP and WebSocket in, one verb of the desk, an answer out."""
