// The handbook: ten topics, each as process page, sales sheet and policy, in German and English.
#include <string>

#include "datasets/generate/shared_rows.h"

namespace concord::datasets {
namespace {

struct Topic {
  std::string_view word;
  std::string_view department;
  std::string_view title_de, title_en;
  std::string_view process_de, process_en;  // what to do, in order
  std::string_view sales_de, sales_en;      // what to offer, and to whom
  std::string_view policy_de, policy_en;    // what is allowed
};

constexpr Topic kTopics[] = {
    {"late_delivery", "operations", "Verspätete Lieferung", "Late delivery",
     "Sendung suchen, Spedition anrufen, neuen Liefertermin nennen. Den Kunden am selben Tag "
     "zurückrufen und die Zusage mit Datum eintragen.",
     "Find the shipment, call the carrier, name a new date. Call the customer back the same day "
     "and record the promise with its date.",
     "Solange eine Lieferung verspätet ist, wird nichts angeboten. Danach passt der "
     "Expressversand.",
     "While a delivery is late nothing is offered. Afterwards express shipping fits.",
     "Ab dem dritten Tag Verspätung sind 25 Euro Gutschrift ohne Rückfrage erlaubt.",
     "From the third day of delay a credit of 25 may be granted without asking."},
    {"refund", "finance", "Erstattung und Gutschrift", "Refund and credit",
     "Vorgang und Rechnung verbinden, Betrag prüfen, Gutschrift anlegen, Bestätigung senden.",
     "Link the case and the invoice, check the amount, create the credit, send a confirmation.",
     "Nach einer Erstattung zuerst fragen, ob alles gelöst ist; kein Angebot im selben Gespräch.",
     "After a refund first ask whether all is solved; no offer in the same conversation.",
     "Bis 100 Euro entscheidet der Mitarbeiter, darüber die Teamleitung Finanzen.",
     "Up to 100 the employee decides, above that the finance team lead."},
    {"invoice_dispute", "finance", "Strittige Rechnung", "Disputed invoice",
     "Rechnung auf strittig setzen, Mahnlauf anhalten, Bestellung und Lieferschein vergleichen.",
     "Mark the invoice as disputed, stop reminders, compare order and delivery note.",
     "Kein Verkauf, solange eine Rechnung strittig ist.",
     "No selling while an invoice is disputed.",
     "Eine strittige Rechnung wird nicht gemahnt. Frist zur Klärung: zehn Arbeitstage.",
     "A disputed invoice is not dunned. Time limit to settle: ten working days."},
    {"defect", "product", "Fehler melden und verfolgen", "Reporting and following a bug",
     "Seriennummer und Foto erfragen, mit bekanntem Fehler verbinden, Melder vormerken. Nach der "
     "Freigabe jeden Melder benachrichtigen.",
     "Ask for serial number and photo, link to the known bug, note the reporter. After the "
     "release tell every reporter.",
     "Bei offenem Fehler kein Zubehör anbieten; nach der Behebung den Wartungsplan zeigen.",
     "With an open bug offer no accessories; after the fix show the care plan.",
     "Wer einen Fehler gemeldet hat, erfährt als Erster von der Lösung.",
     "Who reported a bug hears of its fix first."},
    {"warranty", "service", "Garantiefall", "Warranty claim",
     "Kaufdatum prüfen, Austausch oder Reparatur anbieten, Rücksendeschein schicken.",
     "Check the date of purchase, offer exchange or repair, send a return slip.",
     "Wer kurz vor Ende der Garantie steht, kann den Care Plan für zwei Jahre nehmen.",
     "Customers close to the end of the warranty may take the Care Plan for two years.",
     "Zwei Jahre ab Lieferung; Austausch ohne Prüfung bis 50 Euro Warenwert.",
     "Two years from delivery; exchange without inspection up to a value of 50."},
    {"contract_renewal", "sales", "Vertragsverlängerung", "Contract renewal",
     "Neunzig Tage vorher anrufen und fragen, wie es läuft. Offene Vorgänge zuerst lösen, dann die "
     "Verlängerung besprechen.",
     "Call ninety days ahead and ask how things are. Solve open cases first, then talk about the "
     "renewal.",
     "Verlängerung um zwei Jahre mit zehn Prozent Nachlass für Kunden ohne offene Probleme.",
     "Renewal by two years at ten percent off for customers without open problems.",
     "Kein Kunde hört von uns nur zur Verlängerung: mindestens ein Kontakt im halben Jahr.",
     "No customer hears from us at renewal only: at least one contact every half year."},
    {"consent", "legal", "Einwilligung und Widerruf", "Consent and withdrawal",
     "Widerruf sofort eintragen, für Zweck und Kanal getrennt. Keine Rückfrage, kein Angebot.",
     "Record a withdrawal at once, by purpose and channel. No question back, no offer.",
     "Ohne Einwilligung keine Werbung; Auskunft auf eigene Frage ist erlaubt.",
     "No advertising without consent; answering the customer's own question is allowed.",
     "Unbekannt ist keine Einwilligung. Ein Widerruf gilt ab dem Zeitpunkt seines Eingangs.",
     "Unknown is not consent. A withdrawal holds from the moment it arrives."},
    {"public_complaint", "social", "Beschwerde im Netz", "Public complaint",
     "Innerhalb von zwei Stunden öffentlich antworten, dann in einen Vorgang überführen.",
     "Answer in public within two hours, then move it into a case.",
     "Unter einer öffentlichen Beschwerde wird nichts beworben.",
     "Nothing is advertised below a public complaint.",
     "Keine persönlichen Daten in öffentlichen Antworten.", "No personal data in public answers."},
    {"legal_hold", "legal", "Sperre durch die Rechtsabteilung", "Legal hold",
     "Kunden nur an die Rechtsabteilung verweisen, nichts löschen, nichts zusagen.",
     "Refer the customer to legal only, delete nothing, promise nothing.",
     "Bei einer Sperre gibt es keine Angebote.", "Under a hold there are no offers.",
     "Jede Sperre hat einen Prüftermin; nach Ablauf prüft die Rechtsabteilung neu.",
     "Every hold has a review date; when it passes legal reviews again."},
    {"campaign", "marketing", "Kampagne freigeben", "Releasing a campaign",
     "Zielgruppe prüfen, Doppelungen mit anderen Abteilungen suchen, Freigabe einholen.",
     "Check the audience, look for duplicates with other departments, get the release.",
     "Frühjahrsaktion: Aurora 300 und Lumo Strip zusammen, für Kunden mit Einwilligung.",
     "Spring campaign: Aurora 300 and Lumo Strip together, for customers with consent.",
     "Dasselbe Thema nur einmal in dreißig Tagen, höchstens zwei Werbebriefe in der Woche.",
     "The same topic once in thirty days only, at most two advertising letters a week."}};

struct Page {
  Extract extract;
  std::string_view prefix, title_de, title_en;
};
constexpr Page kPages[] = {{Extract::processes, "PROC-", "Ablauf: ", "Process: "},
                           {Extract::sales_sheets, "SALES-", "Verkaufsblatt: ", "Sales sheet: "},
                           {Extract::policies, "POL-", "Richtlinie: ", "Policy: "}};

void write_page(Sink& out, const Page& page, const Topic& topic, Language language) {
  const bool german = language == Language::de;
  const std::string no =
      std::string(page.prefix) + std::string(topic.word) + "-" + std::string(word(language));
  std::string_view body = german ? topic.policy_de : topic.policy_en;
  if (page.extract == Extract::processes) body = german ? topic.process_de : topic.process_en;
  if (page.extract == Extract::sales_sheets) body = german ? topic.sales_de : topic.sales_en;
  const std::string_view rule = german ? topic.policy_de : topic.policy_en;
  std::string text(body);
  if (body != rule) text.append("\n").append(german ? "Regel: " : "Rule: ").append(rule);
  Row row(out, page.extract);
  row.text(no);
  row.text(std::string(german ? page.title_de : page.title_en) +
           std::string(german ? topic.title_de : topic.title_en));
  row.text(text).text(word(language)).text(topic.department).text(topic.word);
  row.text("https://handbook.example/" + no).time(kWorldStart).end(Step::first);
}

}  // namespace

void tell_handbook(Sink& out) {
  for (const Page& page : kPages)
    for (const Topic& topic : kTopics) {
      write_page(out, page, topic, Language::de);
      write_page(out, page, topic, Language::en);
    }
}

void tell_releases(const World& world, Sink& out) {
  for (const Release& release : world.releases()) {
    if (release.at >= kWorldNow) continue;
    std::string fixes;
    std::string notes = "Fixed:";
    for (const std::uint32_t i : release.bugs) {
      const Bug& bug = world.bugs()[i];
      if (!fixes.empty()) fixes += ",";
      fixes += bug.key;
      notes += " " + bug.key + " (" + std::string(product_at(bug.product).name) + ")";
    }
    if (release.bugs.empty()) notes = "Maintenance, no reported bug";
    Row row(out, Extract::releases);
    row.text(release.key).text("firmware").text("Release " + release.key).text(notes).text(fixes);
    row.time(release.at).with_text(true).end(Step::first);
  }
}

}  // namespace concord::datasets
