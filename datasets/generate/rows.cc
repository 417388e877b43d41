// The rows of teller.h, column by column in the order of extracts.cc.
#include "datasets/generate/names.h"
#include "datasets/generate/teller.h"

namespace concord::datasets {
namespace {

template <typename Entry>
void open(Entry& entry) {
  if (entry.opened == kNever) entry.opened = entry.at;
}

bool past(Ms at) { return at < kWorldNow; }

/// The shop's number, or the CRM's for those who never opened a shop account.
Row& buyer(Row& row, const Person& person) {
  row.text(person.shop_customer);
  return row.text(person.shop_customer.empty() ? person.crm_contact : std::string_view{});
}

std::string_view language(const Teller& t) { return word(t.person.language); }

}  // namespace

void write(Teller& t, const Order& o, Step step) {
  if (!past(o.at)) return;
  Row row(t.out, Extract::orders);
  row.text(o.no);
  buyer(row, t.person).text(t.person.account).text(o.state).money(o.total_minor);
  row.text(t.currency()).number(o.items).text(o.product).text(o.quote).time(o.placed);
  row.time(o.promised).time(o.at).end(step);
}

void write(Teller& t, Shipment& s, Step step) {
  open(s);
  if (!past(s.at)) return;
  constexpr std::string_view kCarriers[] = {"Nordpaket", "Blitzkurier", "Hansa Spedition"};
  Row row(t.out, Extract::shipments);
  row.text(s.no).text(s.order);
  buyer(row, t.person).text(s.state).text(kCarriers[s.no.back() % 3]).time(s.planned);
  row.time(s.delivered).text(s.late ? "ja" : "").time(s.opened).time(s.at).end(step);
}

void write(Teller& t, const Invoice& i, Step step) {
  if (!past(i.at) || t.person.billing_account.empty()) return;
  Row row(t.out, Extract::invoices);
  row.text(i.no).text(t.person.billing_account).text(i.order).text(i.contract);
  row.money(i.total_minor).text(t.currency()).text(i.state).text(i.problem).time(i.issued);
  row.time(i.due).time(i.settled).time(i.at).end(step);
}

void write(Teller& t, Ticket& c, Step step) {
  open(c);
  if (!past(c.at)) return;
  Row row(t.out, Extract::tickets);
  row.text(c.no).time(c.opened).time(c.at).text(c.state).number(c.priority).text(t.spelled_email());
  row.text(t.dice.chance(400) ? t.spelled_phone() : std::string());
  row.text(c.channel).text(c.direction).text(c.topic).text(c.reason).text(c.title);
  row.text(c.message).text(language(t)).text(c.product).text(c.order).text(t.person.account);
  row.text(c.assignee)
      .text(c.queue)
      .time(c.due)
      .time(c.closed)
      .text(c.participants)
      .text(c.requested);
  row.with_text(!c.message.empty()).end(step);
}

void write(Teller& t, const Call& c) {
  if (!past(c.at)) return;
  const bool summary = t.dice.chance(250);
  const std::string no = t.key("C");
  Row row(t.out, Extract::calls);
  row.text(no).time(c.at).text(c.direction).text(t.spelled_email());
  row.text(t.dice.chance(500) ? t.spelled_mobile() : t.spelled_phone()).text(c.reason);
  row.text(summary ? t.text(c.theme, t.product().name, no) : std::string()).text(language(t));
  row.number(t.dice.between(1, 25)).text(t.staff()).text(c.ticket);
  row.with_text(summary).end(Step::first);
}

void write(Teller& t, Promise& p, Step step) {
  open(p);
  if (!past(p.at)) return;
  Row row(t.out, Extract::promises);
  row.text(p.no).text(t.spelled_email()).text(p.state).text(p.promised).time(p.due).time(p.kept);
  row.text(p.owner).text(p.ticket).time(p.opened).time(p.at).end(step);
}

void write(Teller& t, Task& k, Step step) {
  open(k);
  if (!past(k.at)) return;
  Row row(t.out, Extract::tasks);
  row.text(k.no).text(t.spelled_email()).text(k.what).text(k.state).time(k.due).time(k.closed);
  row.text(k.queue).text(k.assignee);
  row.text(k.what == "call_back" ? t.spelled_mobile() : std::string());
  row.text(k.ticket).text(k.subject).time(k.opened).time(k.at).end(step);
}

void write(Teller& t, Defect& d, Step step) {
  open(d);
  if (!past(d.at)) return;
  Row row(t.out, Extract::defects);
  row.text(d.no).text(t.spelled_email()).text(d.bug->key).text(product_at(d.bug->product).name);
  row.text(d.no.back() % 3 == 0 ? "high" : "normal").text(d.state).text(d.title);
  row.text(d.description)
      .text(language(t))
      .text(d.fixed_in)
      .time(d.closed)
      .time(d.opened)
      .time(d.at);
  row.with_text(!d.description.empty()).end(step);
}

void write(Teller& t, Post& p, Step step) {
  open(p);
  if (!past(p.at) || t.person.social_handle.empty()) return;
  Row row(t.out, Extract::posts);
  row.text(p.no).text(t.person.social_handle).text("chirper").text(p.direction);
  row.flag(p.is_public).text(p.topic).text(p.state).text(p.text).text(language(t));
  row.text(p.reply_to)
      .text(p.ticket)
      .text("https://chirper.example/p/" + p.no)
      .time(p.opened)
      .time(p.at);
  row.with_text(!p.text.empty()).end(step);
}

void write(Teller& t, Send& s, Step step) {
  open(s);
  if (!past(s.at)) return;
  Row row(t.out, Extract::sends);
  row.text(s.no).text(s.campaign).text(s.topic).text(t.person.email).text(s.subject);
  row.text(s.product).text(s.state).time(s.opened).time(s.at).end(step);
}

void write(Teller& t, Opportunity& o, Step step) {
  open(o);
  if (!past(o.at) || t.person.crm_contact.empty()) return;
  Row row(t.out, Extract::opportunities);
  row.text(o.no).text(t.person.crm_contact).text(t.person.account).text(o.stage);
  row.money(o.amount_minor).text(t.currency()).text(o.product).time(o.expected_close);
  row.text(kStaff[t.person.index % 12]).text(o.lead).time(o.opened).time(o.at).end(step);
}

void write(Teller& t, Quote& q, Step step) {
  open(q);
  if (!past(q.at) || t.person.crm_contact.empty()) return;
  Row row(t.out, Extract::quotes);
  row.text(q.no).text(q.opportunity).text(t.person.crm_contact).text(q.stage);
  row.money(q.total_minor).text(t.currency()).time(q.valid_until).text(q.requested ? "yes" : "no");
  row.text(q.product).text(kStaff[t.person.index % 12]).time(q.opened).time(q.at).end(step);
}

void write(Teller& t, const Contract& c, Step step) {
  if (!past(c.at) || t.person.crm_contact.empty()) return;
  Row row(t.out, Extract::contracts);
  row.text(c.no).text(t.person.crm_contact).text(t.person.account).text(c.product).text(c.stage);
  row.money(c.yearly_minor).text(t.currency()).time(c.starts).time(c.ends);
  row.text(kStaff[t.person.index % 12]).time(c.at).end(step);
}

void write(Teller& t, const Hold& h, Step step) {
  if (!past(h.at)) return;
  Row row(t.out, Extract::holds);
  row.text(h.no).text(t.person.crm_contact).text(t.person.email).text(h.what).text(h.state);
  row.time(h.opened).time(h.review).time(h.closed);
  row.text("no offers, no deletion, answers only by legal").time(h.at).end(step);
}

void write(Teller& t, const Consent& c) {
  if (!past(c.at)) return;
  Row row(t.out, Extract::consents);
  row.text(t.person.email).text(c.purpose).text(c.channel).text(c.state).text(c.basis).text("v3");
  row.text(c.evidence).time(c.at).end(Step::first);
}

void write(Teller& t, Lead& l, Step step) {
  open(l);
  if (!past(l.at)) return;
  constexpr std::string_view kOrigins[] = {"web_form", "trade_fair", "referral"};
  Row row(t.out, Extract::leads);
  row.text(l.no).text(t.person.email).text(kOrigins[t.person.index % 3]).text(l.product);
  row.text(l.state).time(l.opened).time(l.at).end(step);
}

void write(Teller& t, Return& r, Step step) {
  open(r);
  if (!past(r.at)) return;
  Row row(t.out, Extract::returns);
  row.text(r.no).text(r.order);
  buyer(row, t.person).text(r.state).text(r.reason).time(r.opened).time(r.at).end(step);
}

void write_payment(Teller& t, const Invoice& invoice, Ms at, std::string_view state) {
  if (!past(at) || t.person.billing_account.empty()) return;
  constexpr std::string_view kWays[] = {"Lastschrift", "Überweisung", "Karte"};
  Row row(t.out, Extract::payments);
  row.text(t.key("P")).text(t.person.billing_account).text(invoice.no);
  row.money(invoice.total_minor).text(t.currency()).text(t.dice.pick(kWays)).text(state);
  row.time(at).end(Step::first);
}

void write_credit(Teller& t, const std::string& invoice, const std::string& ticket, Ms at,
                  std::int64_t minor, std::string_view reason) {
  if (!past(at) || t.person.billing_account.empty()) return;
  Row row(t.out, Extract::credits);
  row.text(t.key("G")).text(t.person.billing_account).text(invoice).text(ticket).money(minor);
  row.text(t.currency()).text(reason).text("bewilligt").text(t.staff()).time(at);
  row.end(Step::first);
}

void write_review(Teller& t, const std::string& order, Ms at, int stars, std::string_view product) {
  if (!past(at) || t.person.shop_customer.empty()) return;
  const Theme theme = stars > 3 ? Theme::praise : Theme::blame;
  Row row(t.out, Extract::reviews);
  row.text(t.key("V")).text(t.person.shop_customer).text(order).number(stars);
  row.text(t.subject(theme, product, order)).text(t.text(theme, product, order));
  row.text(language(t)).time(at).with_text(true).end(Step::first);
}

void write_fact(Teller& t, Ms at, std::string_view fact, std::string_view value) {
  if (!past(at)) return;
  constexpr std::string_view kChannels[] = {"phone", "email", "store"};
  Row row(t.out, Extract::facts);
  row.text(t.key("F")).time(at).text(t.spelled_email()).text(fact).text(value).text(t.staff());
  row.text(t.dice.pick(kChannels)).end(Step::first);
}

void write_note(Teller& t, Ms at, const std::string& ticket, std::string_view visibility) {
  if (!past(at)) return;
  const std::string no = t.key("N");
  Row row(t.out, Extract::notes);
  row.text(no).time(at).text(t.spelled_email()).text(t.staff());
  row.text(t.text(Theme::note, t.product().name, ticket.empty() ? no : ticket));
  row.text(language(t)).text(visibility).text(ticket).with_text(true).end(Step::first);
}

void write_visit(Teller& t, Ms at) {
  if (!past(at) || t.person.loyalty_card.empty()) return;
  constexpr std::string_view kWhat[] = {"purchase", "advice", "pick_up", "return"};
  const std::string_view what = t.dice.pick(kWhat);
  Row row(t.out, Extract::visits);
  row.text(t.key("W")).text(t.person.loyalty_card).text(t.dice.pick(kStores)).text(what);
  row.money(what == "purchase" ? t.product().price_minor : 0).text(t.currency()).time(at);
  row.end(Step::first);
}

void write_app_event(Teller& t, Ms at) {
  if (!past(at) || t.person.shop_customer.empty()) return;
  constexpr std::string_view kActions[] = {"login", "track_order", "view_offer", "search_help",
                                           "download_invoice"};
  Row row(t.out, Extract::app_events);
  row.text(t.key("E")).text(t.person.shop_customer).text(t.dice.pick(kActions));
  row.text(t.product().name).time(at).end(Step::first);
}

}  // namespace concord::datasets
