"""The one way in which storage fails towards its callers. In: a driver's error. Out: `StorageUnavailable`."""


class StorageUnavailable(Exception):
    """The database cannot be opened, read or written at the moment; the message says which of these, and why."""
