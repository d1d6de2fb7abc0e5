"""Print what the drills came to as a table, whichever worker played them."""

COLUMNS = ("drill", "verdict", "limit", "market s", "machine s", "evidence in", "title")


def pytest_terminal_summary(terminalreporter):
    rows = [
        dict(report.user_properties)["drill"]
        for reports in terminalreporter.stats.values()
        for report in reports
        if "drill" in dict(getattr(report, "user_properties", ()))
        and getattr(report, "when", "") == "call"
    ]
    if not rows:
        return
    rows.sort(key=lambda row: int(row[0][1:]))
    widths = [max(len(str(row[place])) for row in (COLUMNS, *rows)) for place in range(7)]
    terminalreporter.section("drills")
    for row in (COLUMNS, *rows):
        cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())
