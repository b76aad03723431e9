"""The plots of a report, a kind a file: from gathered runs to plots, or to none where they lack the data."""
