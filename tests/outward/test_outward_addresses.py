"""No spelling of an address leads to where the product must not ask (T-4.01)."""

import threading
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

import pytest

from requests_app.outward.addresses import Reach, reach, target
from requests_app.outward.allowed import Allowed, Host
from requests_app.outward.client import Ask, Client
from requests_app.outward.faults import Blocked, NotResolved, Outward, TimedOut
from requests_app.outward.wire import Deadline, Wire
from tests.outward.servers import OK, Server, says, serving

pytestmark = pytest.mark.threat("4.01")

FORMS = (
    *("http://127.0.0.1:{p}/", "http://127.1:{p}/", "http://127.0.1:{p}/", "http://2130706433:{p}/", "http://0x7f000001:{p}/"),
    *("http://0x7f.1:{p}/", "http://0x7f.0x0.0x0.0x1:{p}/", "http://0177.0.0.1:{p}/", "http://017700000001:{p}/"),
    *("http://00177.0.0.1:{p}/", "http://127.0.0.01:{p}/", "http://127.000.000.001:{p}/", "http://0:{p}/", "http://0.0.0.0:{p}/"),
    *("http://127.0.0.1.:{p}/", "http://127.127.127.127:{p}/", "http://[::1]:{p}/", "http://[::]:{p}/", "http://[0:0:0:0:0:0:0:1]:{p}/"),
    *("http://[::ffff:127.0.0.1]:{p}/", "http://[::ffff:7f00:1]:{p}/", "http://[::127.0.0.1]:{p}/", "http://[::1%25lo]:{p}/"),
    *("http://[::1%lo]:{p}/", "http://[fe80::1%25eth0]:{p}/", "http://[2002:7f00:1::]:{p}/", "http://[64:ff9b::7f00:1]:{p}/"),
    *("http://[2001:0:7f00:1::]:{p}/", "http://localhost:{p}/", "http://localhost.:{p}/", "http://LOCALHOST:{p}/"),
    *("http://foo.localhost:{p}/", "http://ip6-localhost:{p}/", "http://localhost.localdomain:{p}/", "http://rebind.test:{p}/"),
    *("https://127.0.0.1:{p}/", "https://localhost:{p}/", "https://[::1]:{p}/", "https://127.0.0.1/", "https://localhost/"),
    *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://[::1]/", "https://0/"),
    *("https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::]/", "https://localhost./", "https://rebind.test/"),
    *("https://good.test@127.0.0.1:{p}/", "https://good.test:x@127.0.0.1/", "https://127.0.0.1:{p}@good.test/", "https://@127.0.0.1/"),
    *("https://good.test#@127.0.0.1:{p}/", "https://127.0.0.1:{p}#@good.test/", "https://good.test\\@127.0.0.1:{p}/"),
    *("https://127.0.0.1:{p}\\@good.test/", "https:\\\\127.0.0.1:{p}/", "https:/127.0.0.1:{p}/", "https:127.0.0.1:{p}/"),
    *("https:///127.0.0.1:{p}/", "//127.0.0.1:{p}/", "127.0.0.1:{p}", "https://127.0.0.1\t:{p}/", "https://127.0.0.1\n:{p}/"),
    *(" https://127.0.0.1:{p}/", "https://127.0.0.1:{p}/ ", "https://127.0.0.1%2f:{p}/", "https://%31%32%37.0.0.1:{p}/"),
    *("https://loc%61lhost:{p}/", "https://①②⑦.⓪.⓪.①:{p}/", "https://127。0。0。1:{p}/", "https://ⓛocalhost:{p}/", "https://１２７.0.0.1:{p}/"),
    *("https://good.test:{p}/", "https://good.test:22/", "https://good.test:0443/", "https://good.test:99999/", "https://good.test:-1/"),
    *("https://good.test:/", "https://good.test:443:{p}/", "ftp://127.0.0.1:{p}/", "gopher://127.0.0.1:{p}/_x", "file:///etc/passwd"),
    *("unix:///tmp/x.sock", "http+unix://%2Ftmp%2Fx/", "dict://127.0.0.1:{p}/", "ldap://127.0.0.1:{p}/", "jar:https://127.0.0.1/!/"),
    *("data:text/plain,x", "javascript:1", "HTTP://127.0.0.1:{p}/", "hTTps://127.0.0.1/", "http://169.254.169.254/latest/meta-data/"),
    *("https://169.254.169.254/", "https://2852039166/", "https://0xA9FEA9FE/", "https://[fd00:ec2::254]/", "https://100.100.100.200/"),
    *("https://168.63.129.16/", "https://192.0.0.192/", "https://metadata.test/", "https://10.0.0.1/", "https://192.168.1.1/"),
    *("https://172.16.0.1/", "https://100.64.0.1/", "https://[fc00::1]/", "https://[fe80::1]/", "https://224.0.0.1/", "https://[ff02::1]/"),
    *("https://255.255.255.255/", "https://192.88.99.1/", "https://198.18.0.1/", "https://[2001:db8::1]/", "https://[100::1]/"),
    *("", "https://", "https://.", "https://-/", "https://a..test/", "https://[/", "https://[::1/", "https://::1/"),
    "https://" + "a" * 9000,
)  # fmt: skip
NAMES = {"rebind.test": ["127.0.0.1"], "metadata.test": ["169.254.169.254"], "localhost": ["127.0.0.1"], "good.test": ["127.0.0.1"]}


def names(host: str) -> Sequence[str]:
    if host not in NAMES:
        raise OSError("no such name")
    return NAMES[host]


@pytest.fixture(scope="module")
def sink() -> Iterator[Server]:
    with serving(says(OK)) as server:
        yield server


def test_there_are_many_forms() -> None:
    assert len(set(FORMS)) == len(FORMS) >= 80


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("allowed", [Allowed(anywhere=True), Allowed((Host("good.test"),))], ids=["anywhere", "one host"])
def test_no_form_reaches_the_sink(form: str, allowed: Allowed, sink: Server) -> None:
    with Client(allowed, resolve=names) as client, pytest.raises((Blocked, NotResolved)), client.ask(Ask(form.format(p=sink.port))):
        pass

    assert sink.asked == []


def test_the_sink_is_reached_by_the_host_that_the_operator_names() -> None:
    with serving(says(OK)) as server:
        for name in ("127.0.0.1", "localhost", "rebind.test"):
            allowed = Allowed((Host(name, server.port, private=True, plain=True),))
            with Client(allowed, resolve=names) as client, client.ask(Ask(server.url(host=name))) as answer:
                assert answer.body() == b"ok"

    assert len(server.asked) == 3


@pytest.mark.parametrize("bad", ["169.254.169.254", "224.0.0.1", "0.0.0.0", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::a00:1"])
def test_a_private_host_may_not_lead_to_what_nobody_may_ask(bad: str) -> None:
    host = Host("erp.test", 8000, private=True, plain=True)

    with (
        Client(Allowed((host,)), resolve=lambda _: [bad]) as client,
        pytest.raises(Blocked),
        client.ask(Ask("http://erp.test:8000/")),
    ):
        pass


def test_one_bad_address_among_good_ones_blocks_the_name() -> None:
    def mixed(_: str) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with Client(Allowed(anywhere=True), resolve=mixed) as client, pytest.raises(Blocked), client.ask(Ask("https://mixed.test/")):
        pass


def test_a_name_that_changes_its_address_is_asked_for_it_once() -> None:
    """The address that was checked is the one connected to: what the name says a moment later is not asked."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.3"]])
    told: list[str] = []

    def rebinding(_: str) -> Sequence[str]:
        told.extend(found := next(answers))
        return found

    with serving(says(OK)) as server:
        allowed = Allowed((Host("rebind.test", server.port, private=True, plain=True),))
        with Client(allowed, resolve=rebinding) as client, client.ask(Ask(server.url(host="rebind.test"))) as answer:
            answer.body()

    assert told == ["127.0.0.1"]
    assert b"\r\nhost: rebind.test:" in server.asked[0].lower()


def test_a_name_that_turns_private_at_the_next_question_is_blocked_then() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    with serving(says(OK)) as server:
        allowed = Allowed((Host("rebind.test", server.port, private=True, plain=True),))
        with Client(allowed, resolve=lambda _: next(answers)) as client:
            with client.ask(Ask(server.url(host="rebind.test"))) as answer:
                answer.body()
            with pytest.raises(Blocked), client.ask(Ask(server.url(host="rebind.test"))):
                pass


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(OK)) as proxy, serving(says(OK)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url())
        allowed = Allowed((Host("127.0.0.1", server.port, private=True, plain=True),))
        with Client(allowed) as client, client.ask(Ask(server.url())) as answer:
            answer.body()

    assert (len(server.asked), proxy.asked) == (1, [])


def test_a_port_or_scheme_that_is_not_named_is_blocked() -> None:
    with serving(says(OK)) as server:
        for host in (Host("127.0.0.1", server.port, private=True), Host("127.0.0.1", server.port + 1, private=True, plain=True)):
            with Client(Allowed((host,))) as client, pytest.raises(Blocked), client.ask(Ask(server.url())):
                pass

    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("8.8.8.8", Reach.PUBLIC), ("2606:4700::1", Reach.PUBLIC), ("10.1.2.3", Reach.PRIVATE), ("::1", Reach.PRIVATE),
        ("fd12::1", Reach.PRIVATE), ("100.64.0.1", Reach.PRIVATE), ("2002:7f00:1::", Reach.NEVER), ("4000::1", Reach.NEVER),
    ],
)  # fmt: skip
def test_an_address_lies_where_the_registries_say(address: str, where: Reach) -> None:
    assert reach(ip_address(address)) is where


def test_everything_that_python_calls_global_but_us_not_is_a_way_around() -> None:
    for text in ("64:ff9b::808:808", "2002:808:808::1", "168.63.129.16", "192.88.99.1", "2001::1"):
        assert reach(ip_address(text)) is Reach.NEVER


@pytest.mark.parametrize("url", ["https://a.test", "https://a.test?x=1", "https://A.test/b?c={d}", "https://[2606:4700::1]:8443/x"])
def test_a_plain_address_is_taken_as_it_is(url: str) -> None:
    assert target(target(url).url) == target(url)


def test_what_went_wrong_tells_nothing_of_what_was_asked() -> None:
    secrets = ("s3cret", "claire", "mail.example")
    asks = [
        Ask("https://claire:s3cret@mail.example/"),
        Ask("https://mail.example/?email=claire", secret={"authorization": "s3cret"}),
        Ask("http://127.0.0.1:1/?email=claire%40mail.example", secret={"authorization": "s3cret"}, body=b"claire"),
    ]
    allowed = Allowed((Host("127.0.0.1", 1, private=True, plain=True), Host("mail.example")))
    for ask in asks:
        with Client(allowed, resolve=names) as client, pytest.raises(Outward) as caught, client.ask(ask):
            pass
        told = [str(caught.value), repr(caught.value), repr(caught.value.__cause__), repr(caught.value.__context__)]
        assert not any(secret in text for secret in secrets for text in told)
        assert "s3cret" not in repr(ask) or ask is asks[0]


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    ended = threading.Event()

    def hanging(_: str) -> Sequence[str]:
        ended.wait(10)
        return []

    try:
        with pytest.raises(TimedOut):
            Wire(Deadline(time.monotonic() + 0.2), frozenset(), hanging).addresses("slow.test")
    finally:
        ended.set()
