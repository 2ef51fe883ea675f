#!/usr/bin/env bash
# Makes or updates .venv from the pinned requirements.
#
# On Linux without an NVIDIA GPU, PyTorch's CPU index is asked first: the ordinary wheel brings 3 GB of CUDA.
# TORCH_INDEX=<url> asks another index, TORCH_INDEX= (empty) none.
set -euo pipefail

"$PYTHON" - <<'EOF'
import sys
if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: set PYTHON=/path/to/python3.11")
EOF

[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
pip=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check)

wants_cpu_wheel() {
    [ "$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1
}

reachable() {
    "$VENV/bin/python" - "$1" <<'EOF'
import sys, urllib.request
try:
    urllib.request.urlopen(sys.argv[1].rstrip("/") + "/torch/", timeout=5).close()
except OSError as error:
    sys.exit(f"The index {sys.argv[1]} does not answer ({error}); using the ordinary one for torch.")
EOF
}

index=${TORCH_INDEX-https://download.pytorch.org/whl/cpu}
torch=$(grep '^torch==' requirements.txt)
if [ -n "$index" ] && { [ -n "${TORCH_INDEX-}" ] || wants_cpu_wheel; } && reachable "$index"; then
    "${pip[@]}" --index-url "$index" "$torch" || echo "No $torch at $index; using the ordinary index."
fi
flint=$(grep '^python-flint==' requirements.txt)
"${pip[@]}" -r <(grep -v '^python-flint==' requirements.txt) -r requirements-dev.txt
"${pip[@]}" --only-binary :all: "$flint" ||
    echo "No wheel of $flint for this platform: pages that certify losses will say so, all others work."
"$VENV/bin/python" -m tools.compress
