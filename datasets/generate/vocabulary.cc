#include "datasets/generate/vocabulary.h"

#include <algorithm>
#include <unordered_set>

namespace concord::datasets {
namespace {

constexpr std::uint32_t kNouns = 24'000;
constexpr std::uint32_t kAdjectives = 4'000;
constexpr std::size_t kGuideBits = 12;

// Real words, the most used first, separated by spaces.
constexpr std::string_view kNounsDe =
    "Lieferung Rechnung Bestellung Lampe Termin Vertrag Gerät Paket Adresse Zahlung Angebot "
    "Rückgabe Gutschrift Kundenkonto Anruf Techniker Ersatzteil Garantie Fehler Anzeige Akku Kabel "
    "Stecker Schalter Fernbedienung App Passwort Anmeldung Update Preis Rabatt Mahnung Lastschrift "
    "Konto Überweisung Betrag Mitarbeiter Filiale Hotline Antwort Nachricht Woche Montag Freitag "
    "Nachbar Spedition Karton Verpackung Schaden Kratzer Display Sensor Motor Filter Deckel "
    "Handbuch Anleitung Montage Küche Büro Keller Wohnung Umzug Wartung Laufzeit Kündigung "
    "Verlängerung Ansprechpartner Abteilung Rückruf Beschwerde Lösung Problem Frage Grund Hinweis "
    "Foto Seriennummer Modell Farbe Größe Menge Lager Liefertermin Zusage Teillieferung Rest "
    "Ersatz Austausch Reparatur Werkstatt Protokoll Netzwerk Router Verbindung Signal Ton Licht "
    "Helligkeit Timer Heizung Wasser Dichtung Schlauch Pumpe Geruch Geräusch Temperatur Strom "
    "Sicherung Verbrauch Zähler Projekt Gebäude Etage Empfang Einkauf Buchhaltung Steuer Beleg";
constexpr std::string_view kNounsEn =
    "delivery invoice order lamp appointment contract device parcel address payment offer return "
    "refund account call technician part warranty error display battery cable plug switch remote "
    "app password login update price discount reminder debit transfer amount colleague store "
    "hotline answer message week monday friday neighbour carrier box packaging damage scratch "
    "screen sensor motor filter lid manual guide installation kitchen office basement flat move "
    "maintenance term cancellation renewal contact department callback complaint solution problem "
    "question reason note photo serial model colour size quantity warehouse date commitment "
    "shipment rest replacement exchange repair workshop report network router connection signal "
    "sound light brightness timer heating water seal hose pump smell noise temperature power fuse "
    "consumption meter project building floor reception purchasing bookkeeping tax receipt";
constexpr std::string_view kStemsDe =
    "Liefer Rechnungs Bestell Lampen Vertrags Geräte Paket Zahlungs Angebots Rückgabe Kunden "
    "Technik Ersatzteil Garantie Fehler Akku Kabel Schalt Fern Anmelde Preis Mahn Konto Filial "
    "Antwort Wochen Versand Verpackungs Schadens Display Sensor Motor Filter Montage Küchen Büro "
    "Keller Umzugs Wartungs Laufzeit Service Beschwerde Foto Serien Modell Farb Lager Reparatur "
    "Werkstatt Netz Router Licht Heiz Wasser Pumpen Strom Zähler Projekt Gebäude Einkaufs";
constexpr std::string_view kHeadsDe =
    "nummer termin stelle schein liste bestätigung frist abteilung meldung anfrage adresse kosten "
    "gebühr formular leitung prüfung annahme vorgang zeile einheit halter deckel platte anlage "
    "steuerung anzeige vorlage gruppe karte daten zeit plan status bericht protokoll mappe stück "
    "wagen raum tür schrank kiste welle größe art höhe breite last menge regel klasse seite "
    "quelle folge lücke spur kante ecke fläche";
constexpr std::string_view kStemsEn =
    "side back front power light heat cable water filter motor sensor floor wall door desk store "
    "order call pay price ship pack load part parts track time work plug switch screen key code "
    "data net sound air pump hose seal tool ware home kitchen office house stock bill tax case "
    "main sub over under inter cross multi micro";
constexpr std::string_view kHeadsEn =
    "panel plate cover holder board box line list sheet date desk point mark tag slip form book "
    "card case clip cord guard head hook joint key lock mount pad pin pipe plug rack rail ring "
    "rod shaft shell side slot stand strip tank tap top tray tube unit valve way wheel wire yard "
    "bay deck drive frame gate";
constexpr std::string_view kAdjectivesDe =
    "neu defekt verspätet falsch offen bezahlt dringend freundlich gut schlecht laut leise warm "
    "kalt hell dunkel groß klein schnell langsam richtig doppelt fehlend beschädigt vollständig "
    "letzte nächste zweite zufrieden enttäuscht unklar klar möglich nötig günstig teuer kaputt "
    "leer voll dicht lose fest sauber schwarz weiß grau blau grün rot alt";
constexpr std::string_view kAdjectivesEn =
    "new broken late wrong open paid urgent friendly good bad loud quiet warm cold bright dark "
    "large small fast slow right double missing damaged complete last next second happy "
    "disappointed unclear clear possible necessary cheap expensive faulty empty full tight loose "
    "firm clean black white grey blue green red old";
constexpr std::string_view kOnsets =
    "b br d dr f fl g gr h k kl l m n p pl r s st t tr v w z bl kr sch";
constexpr std::string_view kVowels = "a e i o u au ei ia";
constexpr std::string_view kEndsDe = "n r l s ng rt nd lo na ra ton lux dor mar";
constexpr std::string_view kEndsEn = "n r l s x t nd la no ria don lite der mond";

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    words.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

/// Adds words until there are `count`, none twice.
class Collector {
 public:
  Collector(std::vector<std::string>& words, std::size_t count) : words_(words), count_(count) {}
  [[nodiscard]] bool full() const { return words_.size() >= count_; }
  void add(std::string word) {
    if (!full() && seen_.insert(word).second) words_.push_back(std::move(word));
  }

 private:
  std::vector<std::string>& words_;
  std::size_t count_;
  std::unordered_set<std::string> seen_;
};

void add_syllable_words(Collector& out, Language language, bool capital) {
  const auto onsets = split(kOnsets);
  const auto vowels = split(kVowels);
  const auto ends = split(language == Language::de ? kEndsDe : kEndsEn);
  Dice dice(0x51ab1e, static_cast<std::uint64_t>(language), capital ? 1 : 0, 0);
  while (!out.full()) {
    std::string made;
    const std::uint32_t syllables = 1 + dice.below(2);
    for (std::uint32_t i = 0; i < syllables; ++i) {
      made += dice.pick(std::span<const std::string>(onsets));
      made += dice.pick(std::span<const std::string>(vowels));
    }
    made += dice.pick(std::span<const std::string>(onsets));
    made += dice.pick(std::span<const std::string>(vowels));
    made += dice.pick(std::span<const std::string>(ends));
    if (capital) made[0] = static_cast<char>(made[0] - 'a' + 'A');
    out.add(std::move(made));
  }
}

std::vector<std::string> make_nouns(Language language) {
  const bool german = language == Language::de;
  std::vector<std::string> words;
  Collector out(words, kNouns);
  for (std::string& real : split(german ? kNounsDe : kNounsEn)) out.add(std::move(real));
  const auto stems = split(german ? kStemsDe : kStemsEn);
  const auto heads = split(german ? kHeadsDe : kHeadsEn);
  for (std::size_t shift = 0; shift < heads.size(); ++shift)  // a mixed order: no run of one stem
    for (std::size_t i = 0; i < stems.size(); ++i)
      out.add(stems[i] + heads[(i + shift) % heads.size()]);
  add_syllable_words(out, language, german);
  return words;
}

std::vector<std::string> make_adjectives(Language language) {
  const bool german = language == Language::de;
  std::vector<std::string> words;
  Collector out(words, kAdjectives);
  for (std::string& real : split(german ? kAdjectivesDe : kAdjectivesEn)) out.add(std::move(real));
  std::vector<std::string> made;
  Collector stems(made, kAdjectives);
  add_syllable_words(stems, language, false);
  for (std::string& stem : made) out.add(stem + (german ? "isch" : "ish"));
  return words;
}

}  // namespace

Zipf::Zipf(std::uint32_t n) : upto_(n), guide_((1U << kGuideBits) + 1) {
  std::uint64_t sum = 0;
  for (std::uint32_t r = 0; r < n; ++r) upto_[r] = sum += (10ULL << 40) / (10ULL * r + 27);
  std::uint32_t rank = 0;
  for (std::uint64_t bucket = 0; bucket < guide_.size(); ++bucket) {
    const std::uint64_t low = (sum >> kGuideBits) * bucket;
    while (rank + 1 < n && upto_[rank] <= low) ++rank;
    guide_[bucket] = rank;
  }
}

std::uint32_t Zipf::draw(Dice& dice) const {
  const std::uint64_t bits = dice.next();
  const std::uint64_t bucket = bits >> (64 - kGuideBits);
  const std::uint64_t step = upto_.back() >> kGuideBits;
  const std::uint64_t at = step * bucket + ((bits & 0xffff'ffff) * step >> 32);  // step < 2^32
  const auto begin = upto_.begin();
  const auto found = std::upper_bound(begin + guide_[bucket], begin + guide_[bucket + 1] + 1, at);
  return static_cast<std::uint32_t>(found - begin);
}

Vocabulary::Vocabulary(Language language)
    : nouns_(make_nouns(language)),
      adjectives_(make_adjectives(language)),
      noun_ranks_(kNouns),
      adjective_ranks_(kAdjectives) {}

}  // namespace concord::datasets
