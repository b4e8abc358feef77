"""XML of callbacks, in and out. Nothing with a DTD or an entity, and nothing larger than 64 KB, is parsed."""

from datetime import datetime
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from pond.kernel.errors import Refused

MAX_BYTES = 64 * 1024


def parse(body: bytes) -> dict[str, object]:
    """The fields of a callback's body by element name: text as `str`, nested elements as the list of their texts.

    So `<MemChangeList><Item>a</Item></MemChangeList>` is `["a"]`; WeCom also writes that list as "a,b", which stays
    text.

    Raises:
        Refused: `callback.too_large`, or `callback.xml` when it is not well-formed or has a DTD or entities.
    """
    if len(body) > MAX_BYTES:
        raise Refused("callback.too_large", f"{len(body)} bytes")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused("callback.xml", type(error).__name__) from None  # the original's text may quote the body
    return {
        child.tag: [leaf.text or "" for leaf in child.iter() if not len(leaf)] if len(child) else child.text or ""
        for child in root
    }


def text_reply(to_user: str, from_user: str, content: str, now: datetime) -> str:
    """The passive reply that shows `content` (at most 2,048 bytes are safe) to the person a message came from."""
    return (
        f"<xml><ToUserName>{cdata(to_user)}</ToUserName><FromUserName>{cdata(from_user)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(content)}</Content></xml>"
    )


def cdata(text: str) -> str:
    """`text` as a CDATA section, whatever it holds."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
