"""The published test vectors: envelopes, signatures, both SMS vendors' signing."""

import pytest

from sandbox.crypto import Sealer, Unreadable, sign
from sandbox.signers import acs3, tc3

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SIGNED = ("demoToken", "1700000000", "nonce123")
RANDOM = b"0123456789abcdef"
VECTORS = {
    "official account": (
        "wxdemoappid0001",
        b"<xml><ToUserName>gh_demo</ToUserName></xml>",
        "Q3stYC6hdFzMh9T8HCvyDECwHx/yRH4d+iICgoQXpLUSbWLClcxgy9SSUaecD8KIBVRVtO+BJtNSrKgexdKqITTd5p6kqs6L1JnvlgP/"
        "Z+9aGIDA3Xyf8vFzVfaRaiJc",
        "2e921dca50c3f806e5fc96e5d77627311f3ee62d",
    ),
    "WeCom": (
        "wwdemocorp0001",
        b"1616140317555161061",
        "Q3stYC6hdFzMh9T8HCvyDH0IHJENRtL8kKsqSYgg4gC/DLMp+Dh0CkakObuqNf3ps29bt0UNYzrHhzOGjYmM4w==",
        "e28194f3a863731b3b59c4bdbd4de54575e7c371",
    ),
    "full padding": (
        "wwdemocorp0001",
        b"x" * 62,
        "Q3stYC6hdFzMh9T8HCvyDIYwqgDt1ypEUlcs5PfWjtnJYeD0MvCI1D9CnNOEUm4J+N6bL6B/RMvhldhHfuSSzbLUkZJ1An9Xs7+C+o3b"
        "w+ak4gSVpEcrmu9d5UF3BF9iNhVY4zFmsOoBDWtufi9AVE0z3fGmBeIJbuiionyugLQ=",
        "0e57a020445803eca583e4fc691cc2f2aef625ec",
    ),
}
TENCENT_BODY = (
    '{"PhoneNumberSet":["+8613800000000"],"SmsSdkAppId":"1400000000","TemplateId":"1000001","SignName":"示例签名",'
    '"TemplateParamSet":["123456"],"SessionContext":"job-1"}'
).encode()


@pytest.mark.parametrize("name", VECTORS)
def test_envelopes_match_the_published_vectors(name: str) -> None:
    receiver, message, sealed, signature = VECTORS[name]
    sealer = Sealer(KEY, receiver)
    assert sealer.seal(message, RANDOM) == sealed
    assert sealer.open(sealed) == message
    assert sign(*SIGNED, sealed) == signature


def test_the_address_check_matches_the_published_vector() -> None:
    assert sign(*SIGNED) == "4bccfec33b93fe49d69207423caccb3ce6773cc7"


@pytest.mark.parametrize("sealed", ["", "not base64!", "AAAA", VECTORS["official account"][2]])
def test_what_is_for_others_or_broken_stays_closed(sealed: str) -> None:
    with pytest.raises(Unreadable):
        Sealer(KEY, "wwdemocorp0001").open(sealed)


@pytest.mark.parametrize(
    ("content_type", "signature"),
    [
        ("application/json", "c0d710a1e2ef03a66015a9875c6a30d261efc1789e49c4c7ed74b4d93cafe747"),
        ("application/json; charset=utf-8", "f2403d6d9510944ca3a50f76960db10d07f8b71dfc8addd1fbcbd740874d191a"),
    ],
)
def test_tencent_signature_matches_the_published_vector(content_type: str, signature: str) -> None:
    headers = {"content-type": content_type, "host": "sms.tencentcloudapi.com"}
    secret = "demoSecretKey000000000000000000000"
    assert tc3(secret, headers, "content-type;host", 1700000000, TENCENT_BODY) == signature


def test_aliyun_signature_matches_the_published_vector() -> None:
    headers = {
        "host": "dysmsapi.aliyuncs.com",
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-11-14T22:13:20Z",
        "x-acs-signature-nonce": "nonce-demo-0001",
        "x-acs-version": "2017-05-25",
    }
    query = [
        ("TemplateParam", '{"code":"123456"}'),
        ("OutId", "job-1"),
        ("PhoneNumbers", "13800000000"),
        ("SignName", "示例签名"),
        ("TemplateCode", "SMS_100000001"),
    ]
    made = acs3("demoAliyunSecret00000000000000", "POST", query, headers, ";".join(headers))
    assert made == "f37e1ae91f82cdf9e38cb7874c7f77871096444caae87a0c23b6da946881f3b6"
