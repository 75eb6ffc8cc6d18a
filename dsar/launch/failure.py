class CannotStart(Exception):
    """The start cannot succeed. The message is the one sentence that the person at the terminal reads.

    `code` is the exit code: 1, or 130 when the person stopped it.
    """

    def __init__(self, sentence: str, *, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
