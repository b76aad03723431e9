"""A report on runs: one page of HTML, Markdown, and plots as files."""
