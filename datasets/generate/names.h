// Names of people and places. Thread class: immutable.
#pragma once
#include <string_view>

namespace concord::datasets {

inline constexpr std::string_view kFirstNamesDe[] = {
    "Anna",   "Lena",   "Marie",  "Sophie", "Laura",  "Julia",  "Katrin",  "Sabine",
    "Petra",  "Ute",    "Jürgen", "Jörg",   "Stefan", "Thomas", "Michael", "Andreas",
    "Markus", "Lukas",  "Jonas",  "Felix",  "Paul",   "Emil",   "Björn",   "Uwe",
    "Heike",  "Monika", "Renate", "Ingrid", "Clara",  "Mia",    "Ayşe",    "Mehmet",
    "Olga",   "Milan",  "Zofia",  "Nils",   "Käthe",  "Günter", "Rosa",    "Till"};
inline constexpr std::string_view kFirstNamesEn[] = {
    "James", "Mary",  "John",  "Linda",  "Robert", "Susan", "David",  "Karen", "Emma",  "Olivia",
    "Noah",  "Liam",  "Ava",   "Sophia", "Daniel", "Grace", "Henry",  "Alice", "Oscar", "Ruby",
    "Priya", "Arjun", "Wei",   "Mei",    "José",   "Zoë",   "Fatima", "Omar",  "Chloé", "Sean",
    "Megan", "Aaron", "Holly", "Ethan",  "Nora",   "Peter", "Lucy",   "Simon", "Tessa", "Victor"};
inline constexpr std::string_view kLastNamesDe[] = {
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber",    "Meyer",         "Wagner",
    "Becker", "Schulz",  "Hoffmann",  "Schäfer", "Koch",     "Bauer",         "Richter",
    "Klein",  "Wolf",    "Schröder",  "Neumann", "Schwarz",  "Zimmermann",    "Braun",
    "Krüger", "Hofmann", "Hartmann",  "Lange",   "Krause",   "Lehmann",       "Köhler",
    "Maier",  "Huber",   "Gruber",    "Keller",  "Frei",     "Steiner",       "Yılmaz",
    "Kaya",   "Nowak",   "Kowalski",  "Horvat",  "Großmann", "von der Heide", "Vogt",
    "Böhm",   "Jäger",   "Sommer",    "Kühn"};
inline constexpr std::string_view kLastNamesEn[] = {
    "Smith",    "Johnson", "Williams", "Brown",   "Jones",  "Miller",    "Davis",     "Wilson",
    "Anderson", "Taylor",  "Moore",    "Jackson", "Martin", "Lee",       "Thompson",  "White",
    "Harris",   "Clark",   "Lewis",    "Walker",  "Hall",   "Young",     "King",      "Wright",
    "Scott",    "Green",   "Baker",    "Adams",   "Nelson", "O'Brien",   "O'Neill",   "Patel",
    "Singh",    "Khan",    "Chen",     "Nguyen",  "García", "Fernández", "MacDonald", "Evans",
    "Hughes",   "Edwards", "Wood",     "Turner",  "Cooper", "Ward"};
inline constexpr std::string_view kCitiesDe[] = {"Berlin",  "Hamburg",  "München",  "Köln",
                                                 "Leipzig", "Nürnberg", "Lüneburg", "Kiel"};
inline constexpr std::string_view kCitiesAt[] = {"Wien", "Graz", "Linz"};
inline constexpr std::string_view kCitiesCh[] = {"Zürich", "Bern", "Basel"};
inline constexpr std::string_view kCitiesUs[] = {"New York", "Boston", "Chicago", "Austin"};
inline constexpr std::string_view kCitiesGb[] = {"London", "Leeds", "Bristol"};
inline constexpr std::string_view kStaff[] = {"k.brandt", "m.osei",   "t.lindner", "s.okafor",
                                              "j.petrov", "a.dubois", "r.nolan",   "h.sato",
                                              "c.weiss",  "n.ahmed",  "l.moreau",  "p.santos"};
inline constexpr std::string_view kStores[] = {"New York 5th",   "Boston Mall", "Berlin Mitte",
                                               "Hamburg Altona", "Wien Mitte",  "London Soho"};

}  // namespace concord::datasets
