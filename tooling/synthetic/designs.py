"""Saved designs: configs, files and costs as JSON in the spelling that jsonb gives back.

jsonb orders keys by length, then by bytes, and puts one space after a colon and a comma. Written so
here, the text hashes to what the server computes.
"""

from collections.abc import Callable

from tooling.synthetic import vocabulary
from tooling.synthetic.accounts import Account

MODULES = (
    "signage.single_pole.direct_burial",
    "signage.single_pole.base_plate",
    "signage.two_pole.direct_burial",
)
_PERMIT_USD = 250

# Velocity pressure with the coefficients of an ordinary site folded into one, psf per mph squared
# (ASCE 7-16 26.10.2: 0.00256 Kz Kzt Kd Ke), times a force coefficient of about 1.7 (29.3.1).
_PRESSURE = 0.00256 * 0.85 * 1.7


def design(
    draw: Callable[[], float], account: Account, module: int, height: int, area: int, revision: int
) -> tuple[bytes, bytes, bytes]:
    """Return config, files and cost snapshot of a revision. `height` in ft, `area` in sq ft."""
    wind = account.winds[int(draw() * 3)]
    soil = min(int(draw() * draw() * 9), 6)
    at_home = draw() < 0.6
    material = account.material if at_home else vocabulary.MATERIALS[int(draw() * 6)]
    moment = _PRESSURE * wind * wind * area * height * 0.8
    size = min(int((moment / 9000) ** 0.5), 9)
    bearing = vocabulary.BEARING[soil]
    depth = round(4 * (moment / bearing) ** 0.33) / 4 + 2.5
    steel = 28 * (size + 2) * height // 3 * (1 + (module == 2))
    section = vocabulary.SECTIONS[size]
    start = (
        f'{{"soil": "{vocabulary.SOILS[soil]}", "sides": {1 + (area % 3 > 0)}, '
        f'"section": "{section}", '
    )
    middle = f'"exposure": "{account.exposure}", "material": "{material}", "revision": {revision}, '
    if module == 0:
        config = (
            f'{start}{middle}"height_ft": {height}, "sign_area_sqft": {area}, '
            f'"wind_speed_mph": {wind}, "footing_depth_ft": {depth:.2f}, '
            f'"soil_bearing_psf": {bearing}, "footing_diameter_ft": {2 + size / 4:.2f}}}'
        )
    elif module == 1:
        config = (
            f'{start}{middle}"height_ft": {height}, "anchor_bolts": {4 + size // 4 * 4}, '
            f'"base_plate_in": {14 + 2 * size}, "anchor_bolt_in": {1 + size / 8:.3f}, '
            f'"sign_area_sqft": {area}, "wind_speed_mph": {wind}, "soil_bearing_psf": {bearing}, '
            f'"plate_thickness_in": {1 + size / 8:.3f}}}'
        )
    else:
        config = (
            f'{start}{middle}"height_ft": {height}, "sign_area_sqft": {area}, '
            f'"wind_speed_mph": {wind}, "pole_spacing_ft": {6 + area % 9}, '
            f'"footing_depth_ft": {depth:.2f}, "soil_bearing_psf": {bearing}, '
            f'"footing_diameter_ft": {2 + size / 4:.2f}}}'
        )
    files = "[]"
    if draw() < 0.3:
        files = f'[{{"name": "drawing-r{revision}.pdf", "bytes": {40000 + int(draw() * 900000)}}}]'
    cabinet = area * 62
    footing = round(depth * (2 + size / 4) ** 2 * 14)
    total = steel + cabinet + footing + _PERMIT_USD
    cost = (
        f'{{"steel_usd": {steel}.00, "total_usd": {total}.00, "permit_usd": {_PERMIT_USD}.00, '
        f'"cabinet_usd": {cabinet}.00, "footing_usd": {footing}.00}}'
    )
    return config.encode(), files.encode(), cost.encode()
