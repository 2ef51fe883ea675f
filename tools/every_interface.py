"""The address to listen at for all networks of this machine, of both kinds where the system allows that."""

import socket

if __name__ == "__main__":
    print("::" if socket.has_dualstack_ipv6() else "0.0.0.0")  # noqa: S104 - that is what was asked for
