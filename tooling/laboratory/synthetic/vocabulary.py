"""The words that synthetic projects are made of."""

OWNERS = (
    "Ana's", "Bob's", "Café Łódź", "Captain", "Carmen's", "Cedar", "Central", "Copper", "Corner",
    "Desert", "Eagle", "Eastside", "El Dorado", "Evergreen", "Family", "Fox Hollow", "Garden",
    "Golden", "Grand", "Granite", "Great Lakes", "Green Valley", "Harbour", "Heritage", "Highland",
    "Hill Country", "Hometown", "Iron Horse", "Jefferson", "Juniper", "Kings", "La Peña",
    "Lakeside", "Liberty", "Lincoln", "Lone Star", "Magnolia", "Main Street", "Maple", "Meadow",
    "Mesa", "Midtown", "Mill Creek", "Mission", "Monarch", "Mountain", "North Star", "Northgate",
    "Oak Ridge", "Ocean", "Old Town", "Orchard", "Pacific", "Palm", "Paradise", "Parkway", "Pine",
    "Pioneer", "Plaza", "Prairie", "Premier", "Quality", "Queens", "Red Rock", "Redwood",
    "Ridgeline", "River", "Riverside", "Rocky", "Rose", "Royal", "Saddleback", "San Juan",
    "Seaside", "Sierra", "Silver", "Skyline", "Southgate", "Spring", "St. Mary's", "Stone",
    "Summit", "Sun Valley", "Sunset", "Thunder", "Timber", "Twin Lakes", "Union", "United",
    "Valley", "Victory", "Village", "Vista", "West End", "Westside", "White Oak", "Wild Horse",
    "Willow", "Windsor", "Yellowstone",
)  # fmt: skip
TRADES = (
    "Animal Hospital", "Auto Body", "Auto Sales", "Bakery", "Bank", "Barbecue", "Bowling",
    "Brewing", "Car Wash", "Casino", "Chevrolet", "Church", "Cinema", "Clinic", "Coffee",
    "College", "Dental", "Diner", "Drugs", "Elementary School", "Farm Supply", "Fitness",
    "Flowers", "Ford", "Fuel", "Furniture", "Gardens", "Grill", "Grocery", "Hardware",
    "High School", "Hospital", "Hotel", "Inn", "Insurance", "Jewelers", "Kia", "Laundry",
    "Library", "Liquor", "Lumber", "Market", "Medical Center", "Motel", "Motors", "Music",
    "Outlets", "Pharmacy", "Pizza", "Plumbing", "Realty", "Rentals", "Resort", "Self Storage",
    "Shoes", "Square", "Steakhouse", "Tacos", "Tire", "Tractor", "Travel Plaza", "Truck Stop",
    "Urgent Care", "Veterinary",
)  # fmt: skip
SIGNS = (
    "monument sign", "pylon", "pylon replacement", "pole sign", "high-rise sign", "menu board",
    "entrance sign", "price sign", "digital display", "reface and new pole", "directory sign",
)  # fmt: skip
PLACES = (
    "Plaza", "Center", "Crossing", "Mall", "Commons", "Station", "Corner", "Park", "Exit",
    "Campus",
)  # fmt: skip
STREETS = (
    "1st St", "2nd Ave", "Airport Blvd", "Broadway", "Cedar Ln", "Center St", "Church St",
    "College Ave", "Commerce Dr", "County Rd 12", "Elm St", "Frontage Rd", "Grant Ave",
    "Highland Ave", "Highway 6", "Highway 30", "Industrial Pkwy", "Jackson St", "Lake Rd",
    "Lincoln Way", "Main St", "Maple Ave", "Market St", "Mill Rd", "Mountain View Rd",
    "N Interstate 35", "Oak St", "Ocean Ave", "Old Mill Rd", "Park Ave", "Pine St", "Quay St",
    "Railroad Ave", "Ridge Rd", "River Rd", "S Loop 289", "Second St", "Spring St", "State St",
    "Sunset Blvd", "US 40", "Union Ave", "Valley View Dr", "Walnut St", "Washington St",
    "Western Ave",
)  # fmt: skip
PEOPLE = (
    "ana", "ben", "carla", "dmitri", "emma", "farid", "grace", "hugo", "ines", "jack", "kim",
    "lena", "marco", "nina", "omar", "paula", "quinn", "rosa", "sam", "tara", "uma", "viktor",
    "wendy", "yusuf",
)  # fmt: skip
DESCRIPTIONS = (
    "Replace the existing cabinet; keep the footing if it checks.",
    "New sign on a new pole, permit drawings needed.",
    "Landlord approval pending. Night work only.",
    "Match the height of the neighbouring sign; overhead lines to the north, 22 ft.",
    "Two faces, internally lit, with a full-colour message centre below.",
)
MATERIALS = ("A500 Gr B", "A500 Gr C", "A53 Gr B", "A572 Gr 50", "A36", "A1085")
SOILS = (
    "stiff clay", "medium clay", "soft clay", "dense sand", "medium sand", "loose sand", "rock",
)  # fmt: skip
BEARING = (4000, 3000, 1500, 4000, 3000, 2000, 12000)
SECTIONS = (
    "HSS6X6X1/4", "HSS8X8X1/4", "HSS8X8X3/8", "HSS10X10X3/8", "HSS12X12X3/8", "HSS14X14X1/2",
    "HSS16X16X1/2", "HSS18X18X5/8", "HSS20X20X5/8", "HSS22X22X3/4",
)  # fmt: skip
WINDS = (105, 110, 115, 115, 120, 130, 140, 150, 160, 175)
FILES = (
    "site.jpg", "survey.pdf", "elevation.dwg", "landlord.pdf", "utilities.pdf", "photo-night.jpg",
)  # fmt: skip
