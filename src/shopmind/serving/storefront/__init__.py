"""Templates, styles and scripts of the pages; all our own, nothing is loaded from elsewhere."""
