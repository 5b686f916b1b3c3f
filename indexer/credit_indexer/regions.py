"""The regions that a city's searches are narrowed by."""

from credit_records.gazetteer import gazetteer


class Regions:
    """Groups divisions as the city whose division is `home` does, and remembers each."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._bucket = gazetteer().bucket
        self._known: dict[str | None, str] = {None: "", "": ""}

    def of(self, division: str | None) -> str:
        """The region that the division lies in; empty where there is none."""
        region = self._known.get(division)
        if region is None:
            region = self._known[division] = self._bucket(division or "", self._home)
        return region
