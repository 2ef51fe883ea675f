"""A chart: Plotly as the installed wheel carries it, redrawn in place when its numbers change."""
