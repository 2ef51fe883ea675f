"""The page of the class, without a browser: what it gives the component."""

import json

from pages.parts.predictions.ready import READY, truth


def test_the_class_is_given_the_ready_questions_without_their_truths(open_link):
    app = open_link().switch_page("classroom/class_page.py").run()
    (mounted,) = [it for it in app.get("bidi_component") if it.proto.component_name == "classroom"]
    given = json.loads(mounted.proto.json)
    assert [it["key"] for it in given["ready"]] == list(READY)
    assert all(len(it["asked"]) <= 300 for it in given["ready"])  # what a room takes
    fields = {"key", "asked", "kind", "options", "pictures", "page", "query"}
    assert all(set(it) == fields for it in given["ready"])
    assert truth("scale").because not in mounted.proto.json


def test_the_page_of_the_teacher_leads_to_the_class(open_link):
    app = open_link(scale="300").switch_page("about/teach.py").run()
    assert 'href="/class"' in " ".join(it.proto.body for it in app.get("html"))
