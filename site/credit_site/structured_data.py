"""What search engines read of a profile: schema.org's Organization, as JSON-LD."""

from typing import Any

import orjson
from credit_records.subjects import Subject
from markupsafe import Markup


def organisation(subject: Subject, address: str, place: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address,
        "url": address,
        "name": subject.name,
        "legalName": subject.name,
        "identifier": {"@type": "PropertyValue", "propertyID": "统一社会信用代码", "value": subject.uscc},
    }
    if subject.former_names:
        document["alternateName"] = list(subject.former_names)
    if subject.established:
        document["foundingDate"] = subject.established.isoformat()
    if place:
        document["location"] = {"@type": "Place", "name": place}
    return document


def as_script(document: dict[str, Any]) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = orjson.dumps(document).decode()
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704
