"""Saved designs: configs, files and costs as JSON in the spelling that jsonb gives back.

jsonb orders keys by length, then by bytes, and puts one space after a colon and a comma;
app.normal_numbers() leaves no zero at the end of a fraction. Written so here, the text hashes to
what the server computes.
"""

from collections.abc import Callable

from tooling.laboratory.synthetic import vocabulary
from tooling.laboratory.synthetic.accounts import Account

MODULES = (
    "signage.single_pole.direct_burial",
    "signage.single_pole.base_plate",
    "signage.two_pole.direct_burial",
)
_PERMIT_USD = 250

# Velocity pressure with the coefficients of an ordinary site folded into one, psf per mph squared
# (ASCE 7-16 26.10.2: 0.00256 Kz Kzt Kd Ke), times a force coefficient of about 1.7 (29.3.1).
_PRESSURE = 0.00256 * 0.85 * 1.7


# Quarters of a foot and eighths of an inch.
_QUARTERS = tuple(f"{n / 4:g}".encode() for n in range(400))
_EIGHTHS = tuple(f"{n / 8:g}".encode() for n in range(24))
_SOILS = tuple(name.encode() for name in vocabulary.SOILS)
_SECTIONS = tuple(name.encode() for name in vocabulary.SECTIONS)
_MATERIALS = tuple(name.encode() for name in vocabulary.MATERIALS)
_HEAD = (
    b'{"soil": "%b", "sides": %d, "section": "%b", "exposure": "%b", "material": "%b",'
    b' "revision": %d, "height_ft": %d, '
)
_BURIED = b'"footing_depth_ft": %b, "soil_bearing_psf": %d, "footing_diameter_ft": %b}'
_PLATE = (
    b'"anchor_bolts": %d, "base_plate_in": %d, "anchor_bolt_in": %b, "sign_area_sqft": %d,'
    b' "wind_speed_mph": %d, "soil_bearing_psf": %d, "plate_thickness_in": %b}'
)
_COST = (
    b'{"steel_usd": %d, "total_usd": %d, "permit_usd": %d, "cabinet_usd": %d, "footing_usd": %d}'
)


def design(
    draw: Callable[[], float], account: Account, module: int, height: int, area: int, revision: int
) -> tuple[bytes, bytes, bytes]:
    """Return config, files and cost snapshot of a revision. `height` in ft, `area` in sq ft."""
    wind = account.winds[int(draw() * 3)]
    soil = min(int(draw() * draw() * 9), 6)
    material = account.material if draw() < 0.6 else _MATERIALS[int(draw() * 6)]
    moment = _PRESSURE * wind * wind * area * height * 0.8
    size = min(int((moment / 9000) ** 0.5), 9)
    bearing = vocabulary.BEARING[soil]
    quarters = round(4 * (moment / bearing) ** 0.33) + 10
    steel = 28 * (size + 2) * height // 3 * (1 + (module == 2))
    config = _HEAD % (
        _SOILS[soil], 1 + (area % 3 > 0), _SECTIONS[size], account.exposure, material, revision,
        height,
    )  # fmt: skip
    if module == 1:
        config += _PLATE % (
            4 + size // 4 * 4, 14 + 2 * size, _EIGHTHS[8 + size], area, wind, bearing,
            _EIGHTHS[8 + size],
        )  # fmt: skip
    else:
        config += b'"sign_area_sqft": %d, "wind_speed_mph": %d, ' % (area, wind)
        if module == 2:
            config += b'"pole_spacing_ft": %d, ' % (6 + area % 9)
        config += _BURIED % (_QUARTERS[quarters], bearing, _QUARTERS[8 + size])
    files = b"[]"
    if draw() < 0.3:
        files = b'[{"name": "drawing-r%d.pdf", "bytes": %d}]' % (
            revision, 40000 + int(draw() * 900000)
        )  # fmt: skip
    cabinet = area * 62
    footing = round(quarters / 4 * (2 + size / 4) ** 2 * 14)
    total = steel + cabinet + footing + _PERMIT_USD
    return config, files, _COST % (steel, total, _PERMIT_USD, cabinet, footing)
