"""The Python agent: answers the link on a Linux device. Standard library, numpy and one interpreter; Python 3.9."""
