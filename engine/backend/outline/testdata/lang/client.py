import time


class Client:
    """A client that tries again."""

    def __init__(self, url: str, tries=3):
        self.url = url
        self.tries = tries

    async def fetch(self, path, *args, **kwargs) -> bytes:
        """Fetch a path. Raises ValueError.

        More text.
        """
        for attempt in range(self.tries):
            # The server is slow in the morning.
            try:
                return await self.get(path)
            except OSError as e:
                if attempt == self.tries - 1:
                    raise
                time.sleep(2 ** attempt)
        else:
            raise ValueError("no tries")


def main():
    Client("http://x").fetch("/")
