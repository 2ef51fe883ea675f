"""What a component's state is to a page: the plain dict that the browser sent.

Streamlit wraps it anew at each look, seventeen times in a run of a page, in a class that it makes for the occasion: a
page could assign to it, and would find in it what only lasts a run. Ours do neither. Making the classes, and collecting
them, was a tenth of what a run cost.
"""

from streamlit.components.v2.bidi_component import main


def leave_plain() -> None:
    """From now on it is not wrapped."""
    main.make_bidi_component_presenter = lambda *_: None  # type: ignore[assignment]
