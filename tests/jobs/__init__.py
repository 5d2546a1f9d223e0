"""Jobs, their queue, workers and the list of them."""
