"""The drag: one slider over the scale, repainted on every frame from the sweep that torch computed."""
