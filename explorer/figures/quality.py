"""Pictures of the measured quality: rows of `explorer evaluate` -> HTML for the page."""

from collections.abc import Mapping, Sequence

Rows = Sequence[Mapping]


def by_scale(rows: Rows) -> str:
    """Accuracy, Fréchet distance and diversity against the guidance scale, as an HTML table."""
    lines = "".join(
        f"<tr><th scope='row'>{row['scale']:g}</th><td>{100 * row['accuracy']:.1f} %</td>"
        f"<td>{row['frechet']:.1f}</td><td>{row['diversity']:.1f}</td></tr>"
        for row in sorted(rows, key=lambda row: row["scale"])
    )
    real = rows[0]
    return (
        "<table class='quality'><thead><tr><th>scale</th><th>digits named as asked</th>"
        "<th>Fréchet distance</th><th>diversity in a class</th></tr></thead>"
        f"<tbody>{lines}<tr class='real'><th scope='row'>real</th><td>–</td>"
        f"<td>{real['frechet_real']:.1f}</td><td>{real['diversity_real']:.1f}</td></tr></tbody></table>"
    )
