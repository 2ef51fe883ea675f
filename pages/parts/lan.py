"""Where phones in the same room find this server: the addresses of this machine in its networks.

The system is asked, and nobody else: a datagram socket that is connected sends nothing, but has been given the address
from which it would. The interfaces are asked too, since a machine in a room without internet has no way out. What the
system cannot know stays open: whether a firewall lets phones in, or the network lets its guests see each other.
"""

import ipaddress
import re
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

import streamlit as st
from streamlit import config

EVERY_INTERFACE = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
# Networks inside this machine: of containers and virtual machines.
_INSIDE = re.compile(r"(docker|podman|cni|virbr|vboxnet|vmnet)\d+|br-[0-9a-f]{12}|veth.*")
_TUNNEL = re.compile(r"(tun|tap|utun|wg|ppp|tailscale|zt).*")
_OF_INTERFACE = {"linux": 0x8915, "darwin": 0xC020_6921}  # SIOCGIFADDR
_ELSEWHERE = {socket.AF_INET: "203.0.113.1", socket.AF_INET6: "2001:db8::1"}  # of nobody: kept for documentation


def reachable() -> list[str] | None:
    """Origins at which other machines find this server, the likeliest first; empty where it is in no network.

    None where it listens to its own machine alone, or where it was told that browsers find it there: in a container
    its own addresses are the container's. `browser.serverAddress`, if set, is the only one.
    """
    told = str(st.get_option("browser.serverAddress")) if config.is_manually_set("browser.serverAddress") else ""
    host = told or str(st.get_option("server.address") or "")
    if host not in EVERY_INTERFACE:
        return None if is_of_this_machine(host) else [origin(host)]
    return [origin(it) for it in addresses(with_ipv6=host != "0.0.0.0")]  # noqa: S104


def is_of_this_machine(host: str) -> bool:
    """Whether a name or address, without a port, leads every machine to itself."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified


def addresses(with_ipv6: bool = True) -> list[str]:
    """Of this machine in networks that others may be in, without those inside it; the way out first, tunnels last."""
    families = (socket.AF_INET, socket.AF_INET6) if with_ipv6 else (socket.AF_INET,)
    by_interface = dict(_of_interfaces())
    tunnels = [it for it, name in by_interface.items() if _TUNNEL.fullmatch(name)]
    inside = [it for it, name in by_interface.items() if _INSIDE.fullmatch(name)]
    found = dict.fromkeys([*filter(None, map(_way_out, families)), *by_interface])
    usable = [it for it in found if it not in inside and _is_usable(it)]
    return sorted(usable, key=lambda it: it in tunnels)


def _way_out(family: socket.AddressFamily) -> str | None:
    """The address from which this machine would speak to others; None where it has no way to any."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((_ELSEWHERE[family], 9))
        return str(probe.getsockname()[0])
    return None


def _of_interfaces() -> Iterator[tuple[str, str]]:
    """IPv4 address and name of each interface that has one."""
    asked = _OF_INTERFACE.get(sys.platform)
    if asked is None:  # there the machine's own name leads to them
        with suppress(OSError):
            yield from ((it, "") for it in socket.gethostbyname_ex(socket.gethostname())[2])
        return
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # has none
                told = fcntl.ioctl(probe.fileno(), asked, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(told[20:24]), name


def _is_usable(address: str) -> bool:
    """Whether it may stand in a link: one of the link alone needs the interface's name beside it."""
    it = ipaddress.ip_address(address)
    return not (it.is_loopback or it.is_unspecified or it.is_link_local or it.is_multicast)


def origin(host: str) -> str:
    """Scheme, host and port of an address of this server."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    port = st.get_option("browser.serverPort")  # the server's own, unless told otherwise
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
