"""What whoever started the server reads first: where it is."""

import streamlit as st

from pages.parts import lan
from pages.parts.address import base_path

_ONLY_HERE = "  Phones cannot reach it there. For a class on this network start it with `make class`."
_NO_NETWORK = "  This machine is in no network: join the class's, and load the page Class again."


def announcement() -> str:
    """The address for this machine, and those for phones or why there are none."""
    address = str(st.get_option("server.address") or "")
    here = "127.0.0.1" if address in lan.EVERY_INTERFACE else address
    first = f"Where Softmax Breaks: {lan.origin(here)}{base_path()}"
    found = lan.reachable()
    if found is None:  # it listens here alone, or in a container, whose host decides
        return "\n".join([first, _ONLY_HERE] if here == address else [first])
    if not found:
        return "\n".join([first, _NO_NETWORK])
    phones = [f"  for phones on the same network: {origin}{base_path()}/class" for origin in found]
    return "\n".join([first, *phones, f"  A firewall must let port {st.get_option('server.port')} in."])
