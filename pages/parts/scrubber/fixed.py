"""What the scrubber is told once: the grid, the formulas, the look of the picture."""

import json

from core import sweep
from core.figures import strip as figure
from core.figures.palette import FORMULA_COLOURS
from core.losses import FORMULAS
from core.outcomes import CAUSES


def module() -> str:
    """`fixed` as a JavaScript module."""
    return f"export default {json.dumps(fixed())};\n"


def fixed() -> dict:
    """`Fixed` in `fixed.d.ts`."""
    return {
        "grid": list(sweep.SCALES),
        "formulas": [
            {"name": name, "label": FORMULAS[name].label, "colour": FORMULA_COLOURS[name]} for name in sweep.HEADLINE
        ],
        "causes": list(CAUSES),
        "look": {
            "level": sweep.LEVEL,
            "levelsPerDecade": sweep.LEVELS_PER_DECADE,
            "gutters": figure.GUTTERS,
            "bins": list(sweep.BINS),
            "binsPerDecade": sweep.BINS_PER_DECADE,
            "binDecades": list(sweep.BIN_DECADES),
            "countBase": figure.COUNT_BASE,
            "colours": {"naive": FORMULA_COLOURS[figure.NAIVE], "stable": FORMULA_COLOURS[figure.STABLE]},
            "figure": json.loads(figure.strip_template().to_json()),
        },
    }
