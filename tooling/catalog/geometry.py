"""What the plain shape of a section gives: area, moments, moduli from its printed dimensions.

Dimensions may be in any unit of length. Flanges and legs are taken as rectangles; what fillets add
is the difference between the printed area and theirs, near the corner that they fill.
"""

import math
from collections.abc import Mapping

Values = Mapping[str, float]
# The centroid of a fillet is 0.2234 of its radius from the corner that it fills.
_FILLET_CENTROID = 0.2234
_FILLET_AREA = 1 - math.pi / 4


def i_shape(v: Values) -> dict[str, float]:
    """Return the values of a doubly symmetrical section of two flanges and a web."""
    d, bf, tw, tf = v["d"], v["bf"], v["tw"], v["tf"]
    web = d - 2 * tf
    plates = 2 * bf * tf + web * tw
    fillets = max(v["A"] - plates, 0.0)
    ix = (bf * d**3 - (bf - tw) * web**3) / 12 + fillets * (web / 2) ** 2
    torsion = (2 * bf * tf**3 + web * tw**3) / 3 - 4 * 0.105 * tf**4
    radius = math.sqrt(fillets / (4 * _FILLET_AREA))
    by_depth = v["kdes"] - tf if "kdes" in v else radius
    return {
        "A": plates,
        "Ix": ix,
        "Zx": bf * tf * (d - tf) + tw * web**2 / 4 + fillets * web / 2,
        "Zx/Sx": (bf * tf * (d - tf) + tw * web**2 / 4)
        / ((bf * d**3 - (bf - tw) * web**3) / 6 / d),
        "Iy": (2 * tf * bf**3 + web * tw**3) / 12,
        "Zy": (2 * tf * bf**2 + web * tw**2) / 4,
        "J": torsion + 2 * _junction(tw, tf, radius),
        "J by kdes": torsion + 2 * _junction(tw, tf, by_depth),
        "J of plates": (2 * bf * tf**3 + (d - tf) * tw**3) / 3,
    }


def tee(v: Values) -> dict[str, float]:
    """Return the values of a tee: a flange and a stem."""
    d, bf, tw, tf = v["d"], v["bf"], v["tw"], v["tf"]
    stem = d - tf
    plates = bf * tf + stem * tw
    fillets = max(v["A"] - plates, 0.0)
    radius = math.sqrt(fillets / (2 * _FILLET_AREA))
    at = tf + _FILLET_CENTROID * radius
    parts = ((bf * tf, tf / 2), (stem * tw, (d + tf) / 2), (fillets, at))
    area = plates + fillets
    y = sum(part * where for part, where in parts) / area
    own = (bf * tf**3 + tw * stem**3) / 12
    half = area / 2
    if half <= bf * tf:
        yp = half / bf
        zx = bf * (yp**2 + (tf - yp) ** 2) / 2 + sum(p * (w - yp) for p, w in parts[1:])
    else:
        yp = d - half / tw
        zx = tw * ((d - yp) ** 2 + (yp - tf) ** 2) / 2 + bf * tf * (yp - tf / 2)
        zx += fillets * abs(yp - at)
    by_depth = v["kdes"] - tf if "kdes" in v else radius
    torsion = (bf * tf**3 + stem * tw**3) / 3 - 2 * 0.105 * tf**4 - 0.105 * tw**4
    return {
        "A": plates,
        "y": y,
        "Ix": own + sum(part * (where - y) ** 2 for part, where in parts),
        "yp": yp,
        "Zx": zx,
        "Iy": (tf * bf**3 + stem * tw**3) / 12,
        "Zy": (tf * bf**2 + stem * tw**2) / 4,
        "J": torsion + _junction(tw, tf, radius),
        "J by kdes": torsion + _junction(tw, tf, by_depth),
        "J of plates": (bf * tf**3 + (d - tf / 2) * tw**3) / 3,
        "Cw": ((tf * bf) ** 3 / 4 + (tw * (d - tf / 2)) ** 3) / 36,
    }


def _junction(tw: float, tf: float, radius: float) -> float:
    """Return what the junction of web and flange adds to J: El Darwish and Johnston, 1965."""
    web = tw / tf
    factor = -0.042 + 0.2204 * web + (0.1355 - 0.0865 * web) * radius / tf - 0.0725 * web**2
    circle = ((tf + radius) ** 2 + (radius + tw / 4) * tw) / (2 * radius + tf)
    return factor * circle**4


def channel(v: Values) -> dict[str, float]:
    """Return the values of a channel, its sloped flanges taken at their mean thickness."""
    d, bf, tw, tf = v["d"], v["bf"], v["tw"], v["tf"]
    web = d - 2 * tf
    area = 2 * bf * tf + web * tw
    x = (bf**2 * tf + web * tw**2 / 2) / area
    symmetrical = i_shape(v)
    xp = area / 2 / d
    if xp <= tw:
        zy = d * (xp**2 + (tw - xp) ** 2) / 2 + 2 * (bf - tw) * tf * ((bf + tw) / 2 - xp)
    else:
        xp = bf - area / 4 / tf
        zy = tf * (bf - xp) ** 2 + tf * (xp - tw) ** 2 + d * tw * (xp - tw / 2)
    return {
        **{symbol: symmetrical[symbol] for symbol in ("A", "Ix", "Zx", "Zx/Sx", "J of plates")},
        "x": x,
        "Iy": tf * bf**3 / 6 + 2 * bf * tf * (bf / 2 - x) ** 2
        + web * tw**3 / 12 + web * tw * (x - tw / 2) ** 2,
        "Zy": zy,
    }  # fmt: skip


def angle(vertical: float, horizontal: float, t: float) -> dict[str, float]:
    """Return the values of an angle of two rectangular legs."""
    area = t * (vertical + horizontal - t)
    x, iy, zy, xp = _leg_axis(horizontal, vertical, t, area)
    y, ix, zx, yp = _leg_axis(vertical, horizontal, t, area)
    product = vertical * t * (t / 2 - x) * (vertical / 2 - y)
    product += (horizontal - t) * t * ((horizontal + t) / 2 - x) * (t / 2 - y)
    mean, spread = (ix + iy) / 2, math.hypot((ix - iy) / 2, product)
    iz = mean - spread
    return {
        "A": area, "x": x, "y": y, "xp": xp, "yp": yp,
        "Ix": ix, "Zx": zx, "Sx": ix / (vertical - y), "rx": math.sqrt(ix / area),
        "Iy": iy, "Zy": zy, "Sy": iy / (horizontal - x), "ry": math.sqrt(iy / area),
        "Iz": iz, "Iw": mean + spread, "rz": math.sqrt(iz / area),
        "tan": math.tan(math.atan2(2 * abs(product), ix - iy) / 2),
        "J": area * t**2 / 3,
        "Cw": t**3 * ((vertical - t / 2) ** 3 + (horizontal - t / 2) ** 3) / 36,
    }  # fmt: skip


def _leg_axis(
    along: float, across: float, t: float, area: float
) -> tuple[float, float, float, float]:
    """Return centroid, moment, plastic modulus and neutral axis across one leg of an angle."""
    rest = across - t
    centroid = (along**2 * t / 2 + rest * t**2 / 2) / area
    moment = t * along**3 / 12 + along * t * (along / 2 - centroid) ** 2
    moment += rest * t**3 / 12 + rest * t * (centroid - t / 2) ** 2
    neutral = area / 2 / across
    if neutral <= t:
        plastic = across * (neutral**2 + (t - neutral) ** 2) / 2
        plastic += (along - t) * t * ((along + t) / 2 - neutral)
    else:
        neutral = along - area / 2 / t
        plastic = t * ((along - neutral) ** 2 + (neutral - t) ** 2) / 2
        plastic += across * t * (neutral - t / 2)
    return centroid, moment, plastic, neutral


def double_angle(vertical: float, horizontal: float, t: float, gap: float) -> dict[str, float]:
    """Return the values of two angles back to back, their vertical legs a gap apart."""
    one = angle(vertical, horizontal, t)
    area, arm = 2 * one["A"], one["x"] + gap / 2
    iy = 2 * (one["Iy"] + one["A"] * arm**2)
    return {
        **{symbol: one[symbol] for symbol in ("y", "yp", "rx")},
        **{symbol: 2 * one[symbol] for symbol in ("A", "Ix", "Zx", "Sx", "J")},
        "Iy": iy,
        "Zy": area * arm,
        "Sy": iy / (horizontal + gap / 2),
        "ry": math.sqrt(iy / area),
    }


def box(v: Values) -> dict[str, float]:
    """Return the values of a rectangular tube: outside radius twice the wall, inside the wall."""
    depth, width, t = v["Ht"], v["B"], v["tdes"]
    zx, ix, area = _hollow(depth, width, t, 1)
    zy, iy, _ = _hollow(width, depth, t, 1)
    sharp_zx, sharp_ix, _ = _hollow(depth, width, t, 0)
    sharp_zy, sharp_iy, _ = _hollow(width, depth, t, 0)
    middle = (depth - t) * (width - t) - (1.5 * t) ** 2 * (4 - math.pi)
    around = 2 * (depth + width - 2 * t) - 2 * 1.5 * t * (4 - math.pi)
    return {
        "A": area, "Ix": ix, "Zx/Sx": zx * depth / 2 / ix, "Iy": iy, "Zy/Sy": zy * width / 2 / iy,
        "sharp Ix": sharp_ix, "sharp Zx/Sx": sharp_zx * depth / 2 / sharp_ix,
        "sharp Iy": sharp_iy, "sharp Zy/Sy": sharp_zy * width / 2 / sharp_iy,
        "J": 4 * middle**2 * t / around,
        "C": 2 * (depth - t) * (width - t) * t - 4.5 * (4 - math.pi) * t**3,
    }  # fmt: skip


def _hollow(depth: float, width: float, t: float, corner: float) -> tuple[float, float, float]:
    outer = _rounded(depth, width, 2 * t * corner)
    inner = _rounded(depth - 2 * t, width - 2 * t, t * corner)
    plastic, moment, area = (a - b for a, b in zip(outer, inner, strict=True))
    return plastic, moment, area


def _rounded(depth: float, width: float, radius: float) -> tuple[float, float, float]:
    corner = _FILLET_AREA * radius**2
    arm = depth / 2 - _FILLET_CENTROID * radius
    moment = width * depth**3 / 12 - 4 * (0.00755 * radius**4 + corner * arm**2)
    return width * depth**2 / 4 - 4 * corner * arm, moment, width * depth - 4 * corner


def tube(v: Values) -> dict[str, float]:
    """Return the values of a round tube."""
    outside, t = v["OD"], v["tdes"]
    inside = outside - 2 * t
    return {
        "A": math.pi * (outside - t) * t,
        "Ix": math.pi / 64 * (outside**4 - inside**4),
        "Zx": (outside**3 - inside**3) / 6,
    }
