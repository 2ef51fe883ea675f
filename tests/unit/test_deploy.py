"""What `deploy/` says, held against schemas, against nginx and against the project's own folders."""

import re
import subprocess

import kubernetes_validate
import pytest
import yaml
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tools import proxy
from tools.serve import PROJECT

DEPLOY = PROJECT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
BY_KIND = {it["kind"]: it for it in MANIFESTS}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
(APP,) = BY_KIND["Deployment"]["spec"]["template"]["spec"]["containers"]


@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda it: it["kind"])
def test_every_manifest_fits_its_schema(manifest, version):
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_manifest_that_does_not_fit_is_found():
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(BY_KIND["Service"] | {"spec": {"prots": []}}, "1.30", strict=True)


def test_everything_selects_the_pods_of_the_deployment():
    labels = BY_KIND["Deployment"]["spec"]["template"]["metadata"]["labels"]
    name = BY_KIND["Deployment"]["metadata"]["name"]
    assert BY_KIND["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert BY_KIND["Service"]["spec"]["selector"] == labels
    assert BY_KIND["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert BY_KIND["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name
    assert {it["name"] for it in APP["ports"]} == {BY_KIND["Service"]["spec"]["ports"][0]["targetPort"]}


def test_a_replica_under_load_is_not_restarted():
    """A full class makes the health route wait for a second or two: only minutes of silence end a process."""
    liveness, startup = APP["livenessProbe"], APP["startupProbe"]
    assert liveness["timeoutSeconds"] >= 10
    assert liveness["failureThreshold"] * liveness["periodSeconds"] >= 120
    assert startup["failureThreshold"] * startup["periodSeconds"] >= 60


def test_no_replica_may_write_or_become_root():
    assert re.search(r"^USER 1000:1000$", DOCKERFILE, re.MULTILINE)
    pod = BY_KIND["Deployment"]["spec"]["template"]["spec"]["securityContext"]
    assert (pod["runAsNonRoot"], pod["runAsUser"]) == (True, 1000)
    assert APP["securityContext"]["readOnlyRootFilesystem"]
    assert not APP["securityContext"]["allowPrivilegeEscalation"]
    for service in SERVICES.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "tmp" in [it.split(":")[0].strip("/") for it in service["tmpfs"]]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_replicas_share_what_they_must():
    first, second = SERVICES["app-1"], SERVICES["app-2"]
    assert first["environment"] == second["environment"]
    assert {"STREAMLIT_SERVER_COOKIE_SECRET", "DATABASE_URL"} <= first["environment"].keys()
    assert {"STREAMLIT_SERVER_COOKIE_SECRET", "DATABASE_URL"} <= {it["name"] for it in APP["env"]}


def test_the_proxy_of_compose_knows_the_replicas_and_they_trust_it_alone():
    told = SERVICES["proxy"]["environment"]
    at = {name: SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in ("app-1", "app-2", "proxy")}
    assert told["APP_1"] == f"{at['app-1']}:8501"
    assert told["APP_2"] == f"{at['app-2']}:8501"
    assert SERVICES["app-1"]["environment"]["FORWARDED_ALLOW_IPS"] == at["proxy"]
    assert not [name for name in ("app-1", "app-2", "database") if "ports" in SERVICES[name]]
    names = re.fullmatch(r"\^\((.*)\)\$\$", told["NGINX_ENVSUBST_FILTER"]).group(1).split("|")
    assert set(names) == set(re.findall(r"\$\{(\w+)\}", proxy.TEMPLATE.read_text())) <= told.keys()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asks", "forwarded", "whom"),
    [("proxy", "203.0.113.9", "203.0.113.9"), ("app-2", "203.0.113.9", "app-2"), ("proxy", "", "proxy")],
)
async def test_a_replica_of_compose_believes_the_proxy_alone_who_asks(asks, forwarded, whom):
    """What the server makes of FORWARDED_ALLOW_IPS; the limits of the class are by this address."""
    at = {name: SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in ("app-2", "proxy")}
    told, heard = SERVICES["app-1"]["environment"]["FORWARDED_ALLOW_IPS"], []

    async def app(scope, _receive, _send):
        heard.append(scope["client"][0])

    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "websocket", "client": (at[asks], 50_000), "headers": headers}
    await ProxyHeadersMiddleware(app, told)(scope, None, None)
    assert heard == [at.get(whom, whom)]


def test_what_ends_tls_on_the_host_is_believed_by_the_proxy_of_compose():
    (network,) = COMPOSE["networks"]["outside"]["ipam"]["config"]
    assert SERVICES["proxy"]["environment"]["IN_FRONT"] == network["gateway"]
    assert SERVICES["proxy"]["ports"] == ["127.0.0.1:8080:8080"], "from elsewhere nobody may come as the gateway"


def test_the_image_holds_what_the_app_needs_and_nothing_else():
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE) for source in line.split()
    }
    let_in = re.findall(r"^!(.*)$", (PROJECT / ".dockerignore").read_text(), re.MULTILINE)
    assert copied == set(let_in)
    assert [it for it in copied if not (PROJECT / it).exists()] == []
    assert {"app.py", "core", "pages", ".streamlit"} <= copied


def test_the_file_for_hosts_without_a_gpu_names_the_same_torch():
    torch = re.search(r"^torch==.*$", (PROJECT / "requirements.txt").read_text(), re.MULTILINE).group()
    assert f"{torch}+cpu" in (DEPLOY / "requirements-cpu.txt").read_text().splitlines()


@pytest.mark.skipif(not proxy.find(), reason="no nginx: apt-get install nginx-light")
def test_nginx_accepts_its_configuration(tmp_path):
    path = proxy.configured(tmp_path, "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")
    checked = subprocess.run([proxy.find(), "-t", "-c", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
