"""What can be wrong with the installation itself. Nothing here needs torch: whoever answers for it may come before."""


class DataFileError(RuntimeError):
    """A data file is missing or is not the original one. The message names the file and the remedy."""
