"""Who may come in and what every answer forbids, asked of a running service with everything switched on."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from onnx_models import solid_png
from over_asgi import ask, check, make_app
from serving import RGB, Running, eventually, make_bundle, running, start_fails
from slow_clients import answer_to, head

from serve.answer_headers import SECURITY
from serve.problems import MEDIA_TYPE
from serve.settings import load_settings
from tinysight.api_key import hash_of, make_key
from tinysight.client import Client, multipart
from tinysight.errors import ConfigError, ServiceError

OURS, THEIRS, FILED = make_key(), make_key(), make_key()
SITE = "https://shop.example"
RED = solid_png(RGB["red"])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("guard") / "bundle")


@pytest.fixture(scope="module")
def service(bundle: Path) -> Iterator[Running]:
    file = bundle.parent / "keys"
    file.write_text(f"filed:{hash_of(FILED)}\n")
    own = {
        "TINYSIGHT_API_KEYS": f"ours:{hash_of(OURS)},theirs:{hash_of(THEIRS)}",
        "TINYSIGHT_API_KEYS_FILE": str(file),
        "TINYSIGHT_RATE": "40/hour",
        "TINYSIGHT_TRUSTED_PROXIES": "127.0.0.0/8",
        "TINYSIGHT_CORS_ORIGINS": SITE,
    }
    with running(bundle, bundle.parent, TINYSIGHT_WORKERS="2", **own) as service:
        yield service


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/openapi.json", "/static/script.js"])
def test_what_tells_nothing_of_the_model_needs_no_key(service: Running, path: str) -> None:
    assert service.ask("GET", path)[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", "/predict"), ("POST", "/predict/batch"), ("GET", "/model"), ("GET", "/labels"), ("GET", "/metrics")),
        *(("GET", "/nowhere"), ("GET", "//healthz"), ("GET", "/static"), ("OPTIONS", "/model")),
    ],
)
def test_all_else_does(service: Running, method: str, path: str) -> None:
    status, headers, content = service.ask(method, path, X_Forwarded_For=f"203.0.113.{len(method + path)}")
    assert (status, headers["content-type"]) == (401, MEDIA_TYPE)
    assert headers["www-authenticate"].startswith("Bearer")
    assert "tinysight key" in json.loads(content)["detail"]


def test_each_key_opens_in_either_header(service: Running) -> None:
    for key in (OURS, THEIRS, FILED):
        assert service.ask("GET", "/model", Authorization=f"Bearer {key}")[0] == 200
        assert service.ask("GET", "/model", X_API_Key=key)[0] == 200
    assert Client(service.url, api_key=OURS).predict(RED).class_name == "red"


@pytest.mark.parametrize(
    "headers",
    [
        *({"Authorization": f"Basic {OURS}"}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {OURS[:-1]}"}),
        *({"X_API_Key": hash_of(OURS)}, {"X_API_Key": "é" * 40}, {"Authorization": f"Bearer {OURS} {OURS}"}),
    ],
)
def test_nothing_else_opens(service: Running, headers: dict[str, str]) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert service.ask("GET", "/model", X_Forwarded_For="198.51.100.77", **encoded)[0] == 401


def test_a_key_that_is_taken_out_of_the_file_opens_nothing_any_more(bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{hash_of(OURS)}\n")
    with running(bundle, tmp_path, TINYSIGHT_API_KEYS_FILE=str(file)) as service:
        assert service.ask("GET", "/model", X_API_Key=OURS)[0] == 200
        file.write_text("")
        assert eventually(lambda: service.ask("GET", "/model", X_API_Key=OURS)[0] == 401)


def test_a_rate_holds_over_all_workers_for_each_address_and_key(service: Running) -> None:
    """Each request has its own connection, so that both workers get some."""

    def ask_as(client: str) -> list[int]:
        with ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(service.ask, "GET", "/model", X_Forwarded_For=client) for _ in range(60)]
            return sorted(each.result()[0] for each in asking)

    assert ask_as("198.51.100.1") == [401] * 40 + [429] * 20
    assert ask_as("1.2.3.4, 198.51.100.2") == [401] * 40 + [429] * 20  # what stands left was made up by the client
    assert service.ask("GET", "/model", X_Forwarded_For="9.9.9.9, 198.51.100.2")[0] == 429
    status, headers, content = service.ask("GET", "/model", X_Forwarded_For="198.51.100.1")
    assert (status, json.loads(content)["status"]) == (429, 429)
    assert 80 <= int(headers["retry-after"]) <= 91  # one of 40 an hour
    assert service.ask("GET", "/model", X_Forwarded_For="198.51.100.1", X_API_Key=THEIRS)[0] == 200
    assert service.ask("GET", "/healthz", X_Forwarded_For="198.51.100.1")[0] == 200


def test_a_batch_pays_for_its_pictures(bundle: Path, tmp_path: Path) -> None:
    with running(bundle, tmp_path, TINYSIGHT_RATE="10/hour") as service:
        client = Client(service.url, patience=0)
        assert len([*client.predict_many([RED] * 9)]) == 9
        assert client.predict(RED).class_name == "red"
        with pytest.raises(ServiceError, match="At most 10 requests"):
            client.predict(RED)


def test_every_kind_of_answer_has_the_headers(service: Running) -> None:
    form, body = multipart("red.png", RED)
    answers = [
        service.ask("POST", "/predict", body, Content_Type=form, X_API_Key=OURS),
        service.ask("POST", "/predict", b"no form", X_API_Key=OURS),
        service.ask("GET", "/nowhere", X_API_Key=OURS),
        service.ask("GET", "/model", X_Forwarded_For="203.0.113.99"),
        service.ask("GET", "/healthz"),
        answer_to(service, b"no HTTP\r\n\r\n"),
    ]
    assert [status for status, _, _ in answers] == [200, 415, 404, 401, 200, 400]
    for _, headers, _ in answers:
        assert {name.decode(): value.decode() for name, value in SECURITY}.items() <= headers.items()
        assert "server" not in headers


def test_the_page_keeps_its_own_policy_and_gets_the_rest(service: Running) -> None:
    headers = service.ask("GET", "/")[1]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-frame-options"]) == ("no-cache", "DENY")


def test_a_named_site_may_ask_and_no_other(service: Running) -> None:
    wanted = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    status, headers, _ = service.ask("OPTIONS", "/predict", Origin=SITE, **wanted)
    assert (status, headers["access-control-allow-origin"]) == (204, SITE)
    assert "authorization" in headers["access-control-allow-headers"]
    status, headers, _ = service.ask("OPTIONS", "/predict", Origin="https://evil.example", **wanted)
    assert "access-control-allow-origin" not in headers
    assert service.ask("GET", "/healthz", Origin=SITE)[1]["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in service.ask("GET", "/healthz", Origin="https://evil.example")[1]
    refused = service.ask("GET", "/model", Origin=SITE, X_Forwarded_For="203.0.113.98")
    assert (refused[0], refused[1]["access-control-allow-origin"]) == (401, SITE)  # so that the page can say why


def test_by_default_no_other_site_may_read_anything(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    for method in ("GET", "OPTIONS"):
        answer = ask(app, method, "/healthz", headers={"Origin": SITE, "Access-Control-Request-Method": "GET"})
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_request_of_very_many_headers_is_refused(service: Running) -> None:
    many = head("/healthz", *(f"X-A{number}: b" for number in range(120)), method="GET")
    assert answer_to(service, many)[0] == 431


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("rate", "fast"), ("trusted_proxies", "proxy"), ("cors_origins", "shop.example"), ("queue", 0)),
        *(("body_seconds", 0), ("request_seconds", 0), ("connections", 1)),
    ],
)
def test_a_setting_that_cannot_work_is_told(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^TINYSIGHT_{name.upper()}: .*Received: "):
        load_settings(**{name: value})


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TINYSIGHT_API_KEYS", OURS), ("TINYSIGHT_API_KEYS_FILE", "nowhere")],
    ids=["list", "file"],
)
def test_keys_that_cannot_be_read_are_told_in_one_line(bundle: Path, tmp_path: Path, variable: str, value: str) -> None:
    code, text = start_fails(tmp_path, TINYSIGHT_MODEL=str(bundle), **{variable: value})
    assert (code, len(text.splitlines())) == (2, 1)
    assert text.startswith(f"error: {variable}")
    assert OURS not in text


def test_no_key_and_no_answer_gets_into_the_log(service: Running) -> None:
    service.ask("GET", "/labels?key=secret", X_API_Key=OURS)
    assert eventually(lambda: "/labels" in service.log.read_text())
    assert not any(key in service.log.read_text() for key in (OURS, THEIRS, FILED))


def test_a_fault_inside_is_told_without_its_insides(tmp_path: Path) -> None:
    app: FastAPI = make_app(tmp_path)

    class Broken:
        release = contract = property(lambda _: 1 / 0)

        def __getattr__(self, name: str) -> object:
            raise RuntimeError(f"secret of {Path(__file__)} at 0x7f00")

    app.state.store.current = Broken()
    for method, path in (("POST", "/predict"), ("GET", "/model"), ("GET", "/readyz"), ("POST", "/predict/batch")):
        answer = ask(app, method, path, **({"files": {"file": RED}} if method == "POST" else {}))
        check(answer, "internal")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_traceback_of_a_fault_is_in_the_log_once(bundle: Path, tmp_path: Path) -> None:
    broken = "import serve.routes.predict as p; p.classify = lambda *_: 1 / 0; import serve.__main__ as m; m.main()"
    with running(bundle, tmp_path, program=("-c", broken)) as service:
        form, body = multipart("red.png", RED)
        assert service.ask("POST", "/predict", body, Content_Type=form)[0] == 500
        assert eventually(lambda: "ZeroDivisionError" in service.log.read_text())
        assert service.log.read_text().count("ZeroDivisionError: ") == 1


def test_no_route_trains_loads_a_path_or_takes_a_model(tmp_path: Path) -> None:
    """Whoever adds a route must look at this list, and think about what strangers can do with it."""
    app = make_app(tmp_path)
    routes = {(method, route.path) for route in app.routes for method in route.methods}  # type: ignore[attr-defined]
    reads = {path for method, path in routes if method in ("GET", "HEAD")}
    assert {route for route in routes if route[0] not in ("GET", "HEAD")} == {
        ("POST", "/predict"),
        ("POST", "/predict/batch"),
        ("POST", "/feedback"),  # names a class that the model has, of a picture that was kept; keys and rates guard it
    }
    assert reads == {
        *("/", "/static/{name}", "/docs", "/openapi.json"),
        *("/healthz", "/readyz", "/metrics", "/model", "/labels"),
    }
    for name in ("..%2fapp.py", "%2e%2e/app.py", "../app.py", "index.html%00", "/etc/passwd", "..\\app.py"):
        assert ask(app, "GET", f"/static/{name}").status_code == 404
