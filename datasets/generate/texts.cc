#include "datasets/generate/texts.h"

#include <span>

namespace concord::datasets {
namespace {

constexpr std::size_t kOpenings = 4;
using Openings = std::string_view[kThemeCount][kOpenings];

// {p}: product, {k}: our number, {n}: a noun, {a}: an adjective.
constexpr Openings kSubjectsDe = {
    {"Wo bleibt meine Lieferung {k}?", "Lieferung {k} ist überfällig", "{p} noch nicht da",
     "Bestellung {k}: Liefertermin verstrichen"},
    {"{p} funktioniert nicht mehr", "Defekt: {p}", "{p} geht ständig aus", "Fehler bei {n}"},
    {"Rechnung {k} stimmt nicht", "Betrag auf Rechnung {k} falsch", "Einspruch gegen {k}",
     "Doppelt berechnet: {k}"},
    {"Frage zu Ihrem Angebot {p}", "Was kostet {p}?", "Bitte um ein Angebot: {p}",
     "Gibt es {p} auch in {a}?"},
    {"{p} defekt, und eine Frage zum Angebot", "Problem mit {k} und Interesse an {p}",
     "Reklamation {k} sowie Angebot {p}", "Erst das Problem, dann eine Frage zu {p}"},
    {"Sehr zufrieden mit {p}", "Danke an den Service", "{p}: gerne wieder", "Alles bestens"},
    {"Enttäuscht von {p}", "Nie wieder {p}", "Schlechter Service", "So geht das nicht"},
    {"Frage zu {p}", "Wie geht das mit {n}?", "Wo finde ich {n}?", "Kurze Frage zu {k}"},
    {"Anruf wegen {n}", "Rückfrage zu {k}", "Anruf zu {p}", "Auskunft zu {n}"},
    {"Gesprächsnotiz", "Notiz zu {k}", "Absprache zu {n}", "Hinweis für die Kollegen"},
    {"Wir melden uns zu {k}", "Nachfassen: {n}", "Rückruf zu {p}", "Zusage zu {k}"},
    {"Rückgabe {p}", "Umtausch {k}", "{p} passt nicht", "Rücksendung {k}"},
    {"Verlängerung Ihres Vertrags {k}", "Vertrag {k} läuft aus", "Ihr Vertrag: {p}",
     "Kündigungsfrist {k}"},
};
constexpr Openings kSubjectsEn = {
    {"Where is my delivery {k}?", "Delivery {k} is overdue", "{p} has not arrived",
     "Order {k}: promised date has passed"},
    {"{p} stopped working", "Broken: {p}", "{p} keeps switching off", "Fault at the {n}"},
    {"Invoice {k} is wrong", "Wrong amount on invoice {k}", "I dispute {k}", "Charged twice: {k}"},
    {"Question about your offer {p}", "What does {p} cost?", "Please quote: {p}",
     "Is {p} available in {a}?"},
    {"{p} is broken, and a question about the offer", "Problem with {k} and interest in {p}",
     "Complaint {k} and offer {p}", "First the problem, then a question on {p}"},
    {"Very happy with {p}", "Thanks to your service team", "{p}: would buy again", "All good"},
    {"Disappointed by {p}", "Never again {p}", "Poor service", "This is not acceptable"},
    {"Question about {p}", "How do I set the {n}?", "Where do I find the {n}?",
     "Quick question on {k}"},
    {"Call about {n}", "Query on {k}", "Call on {p}", "Information on {n}"},
    {"Note of a call", "Note on {k}", "Agreed on {n}", "For the colleagues"},
    {"We will come back on {k}", "Follow up: {n}", "Call back on {p}", "Promise on {k}"},
    {"Return of {p}", "Exchange {k}", "{p} does not fit", "Sending back {k}"},
    {"Renewal of your contract {k}", "Contract {k} is ending", "Your contract: {p}",
     "Notice period {k}"},
};
// German nouns stand without an article here: the lists do not know their gender.
constexpr std::string_view kSentencesDe[] = {
    "Seit gestern ist bei {n} alles {a}.",
    "Ich habe {n} und {n} schon geprüft, beides ist {a}.",
    "Laut {n} sollte das längst {a} sein.",
    "Bitte prüfen Sie auch {n}.",
    "Zugesagt war {n}, gekommen ist nur {n}.",
    "Wir brauchen das bis Freitag, sonst steht hier alles still.",
    "Am Telefon hieß es, {n} sei {a}.",
    "Ein Foto zu {n} habe ich angehängt.",
    "Außerdem fehlt {n}, und {n} ist {a}.",
    "Das ist schon das zweite Mal in diesem Jahr.",
    "Mit {p} bin ich sonst zufrieden.",
    "Können Sie mir sagen, wann {n} wieder {a} ist?",
    "Unter {k} finden Sie alles dazu.",
    "Im Handbuch steht zu {n} leider nichts.",
    "Mein Nachbar hat mit {n} dasselbe erlebt.",
    "Ein Neustart von {n} war ohne Erfolg.",
    "Vielen Dank für Ihre Antwort zu {n}.",
    "Für uns ist {n} gerade {a}.",
    "Bitte rufen Sie mich vor dem Termin an.",
    "Ob {n} oder {n}, das ist mir gleich.",
};
constexpr std::string_view kSentencesEn[] = {
    "The {n} has been {a} since yesterday.",
    "I checked the {n} and the {n} already, both are {a}.",
    "According to the {n} it should be {a} by now.",
    "Please look at the {n} as well.",
    "Your colleague promised a {n}, all I got was a {n}.",
    "We need this by Friday or the {n} stands still.",
    "On the phone I was told the {n} is {a}.",
    "I attached a photo of the {n}.",
    "Also the {n} is missing and the {n} is {a}.",
    "This is the second time this year.",
    "Otherwise I am pleased with {p}.",
    "Can you tell me when the {n} will be {a} again?",
    "You find everything under {k}.",
    "The manual says nothing about the {n}.",
    "My neighbour had the same with the {n}.",
    "I restarted the {n}, it did not help.",
    "Thank you for a {a} answer.",
    "The matter of the {n} is {a} for us.",
    "Please call me before the appointment.",
    "Whether {n} or {n}, I do not mind.",
};

}  // namespace

void Texts::fill(std::string& out, std::string_view pattern, Dice& dice, Language language,
                 std::string_view product, std::string_view key) const {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      out += pattern[i];
      continue;
    }
    switch (pattern[i + 1]) {
      case 'p': out += product; break;
      case 'k': out += key; break;
      case 'n': out += words(language).noun(dice); break;
      default: out += words(language).adjective(dice);
    }
    i += 2;
  }
}

std::string Texts::subject(Dice& dice, Language language, Theme theme, std::string_view product,
                           std::string_view key) const {
  const auto& all = language == Language::de ? kSubjectsDe : kSubjectsEn;
  std::string out;
  fill(out, dice.pick(all[static_cast<std::size_t>(theme)]), dice, language, product, key);
  return out;
}

std::string Texts::text(Dice& dice, Language language, Theme theme, std::string_view product,
                        std::string_view key) const {
  std::string out = subject(dice, language, theme, product, key);
  if (out.back() != '?') out += '.';
  const std::uint32_t more = 1 + dice.below(3) + dice.below(4);
  for (std::uint32_t i = 0; i < more; ++i) {
    out += i == 2 && dice.below(8) == 0 ? '\n' : ' ';  // a few texts have a second line
    fill(out, language == Language::de ? dice.pick(kSentencesDe) : dice.pick(kSentencesEn), dice,
         language, product, key);
  }
  return out;
}

}  // namespace concord::datasets
