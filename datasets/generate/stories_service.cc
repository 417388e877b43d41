#include "datasets/generate/stories.h"

namespace concord::datasets {
namespace {

Ticket open_ticket(Teller& t, Ms at, Theme theme, std::string_view topic, std::string_view reason,
                   std::string_view product, std::uint32_t text_per_thousand = 1000) {
  constexpr std::string_view kChannels[] = {"email", "phone", "chat", "web"};
  Ticket c;
  c.no = t.key("T");
  c.at = at;
  c.channel = t.dice.pick(kChannels);
  c.topic = topic;
  c.reason = reason;
  c.title = t.subject(theme, product, c.no);
  if (t.dice.chance(text_per_thousand)) c.message = t.text(theme, product, c.no);
  c.product = product;
  c.assignee = t.staff();
  c.due = at + 3 * kDayMs;
  write(t, c, Step::first);
  c.message.clear();  // later rows carry only what changed
  return c;
}

void step(Teller& t, Ticket& c, Ms at, std::string_view state) {
  c.at = at;
  c.state = state;
  if (state == "Gelöst" || state == "Geschlossen") c.closed = at;
  write(t, c, Step::next);
}

}  // namespace

void plain_ticket(Teller& t) {
  t.told(Story::plain_ticket);
  constexpr std::string_view kTopics[] = {"how_to", "delivery_date", "invoice_copy", "warranty"};
  const std::string_view topic = t.dice.pick(kTopics);
  const Ms at = t.some_day();
  Ticket c = open_ticket(t, at, Theme::question, topic, "question", t.product().name, 700);
  if (t.dice.chance(300)) step(t, c, t.later(c.at, 3, 20), "Offen");
  step(t, c, t.later(c.at, 5, 70), t.dice.chance(500) ? "Gelöst" : "Geschlossen");
}

// One message, two wishes: the problem comes first, the offer he asked for is not forgotten.
void mixed_message(Teller& t) {
  t.told(Story::mixed_message);
  const std::string_view product = t.product().name;
  Ticket c;
  c.no = t.key("T");
  c.at = t.some_day();
  c.priority = 2;
  c.topic = "defect";
  c.reason = "problem_and_offer";
  c.title = t.subject(Theme::problem_and_question, product, c.no);
  c.message = t.text(Theme::problem_and_question, product, c.no) + " " +
              t.subject(Theme::offer_question, product, c.no);
  c.product = product;
  c.requested = "quote";
  c.due = c.at + 2 * kDayMs;
  write(t, c, Step::first);
  c.message.clear();
  c.assignee = t.staff();
  step(t, c, t.later(c.at, 2, 20), "Offen");
  const Ms solved = t.later(c.at, 30, 200);
  if (t.dice.chance(600)) step(t, c, solved, "Gelöst");
  Quote offer{.no = t.key("Q"),
              .at = t.later(c.at, 24, 60),
              .total_minor = price_of(product),
              .valid_until = c.at + 40 * kDayMs,
              .requested = true,
              .product = product};
  write(t, offer, Step::first);
}

// Service, then finance, then operations; each hand-off leaves a task and a note.
void hand_off(Teller& t) {
  t.told(Story::hand_off);
  Ticket c =
      open_ticket(t, t.some_day(), Theme::invoice, "invoice", "wrong_amount", t.product().name);
  constexpr std::string_view kQueues[] = {"finance", "operations"};
  for (const std::string_view queue : kQueues) {
    c.queue = queue;
    if (!c.participants.empty()) c.participants += ',';
    c.participants += c.assignee;  // who had it stays on it
    c.assignee = t.staff();
    step(t, c, t.later(c.at, 5, 30), "Offen");
    write_note(t, t.later(c.at, 2, 3), c.no, "normal");
    Task todo{.no = t.key("K"),
              .at = c.at,
              .what = "hand_off",
              .due = c.at + 2 * kDayMs,
              .queue = queue,
              .assignee = c.assignee,
              .ticket = c.no,
              .subject = t.subject(Theme::follow_up, c.product, c.no)};
    write(t, todo, Step::first);
    todo.at = todo.closed = t.later(c.at, 20, 60);
    todo.state = "done";
    write(t, todo, Step::next);
    c.at = t.later(todo.at, 2, 4);
  }
  if (t.dice.chance(800)) step(t, c, t.later(c.at, 5, 48), "Gelöst");
}

// A promise in a case: kept in time, kept late, or broken and still owed.
void promise_made(Teller& t) {
  const std::string_view product = t.product().name;
  Ticket c = open_ticket(t, t.some_day(), Theme::defect, "defect", "repair", product);
  Promise p{.no = t.key("Y"),
            .at = t.later(c.at, 3, 10),
            .promised = t.subject(Theme::follow_up, product, c.no),
            .owner = t.staff(),
            .ticket = c.no};
  p.due = by_day(p.at + t.dice.between(2, 10) * kDayMs);
  write(t, p, Step::first);
  const bool kept = t.dice.chance(650);
  t.told(kept ? Story::promise_kept : Story::promise_broken);
  if (kept) {
    p.kept = p.at = by_day(p.due - 20 * kHourMs);
    p.state = "kept";
    write(t, p, Step::next);
    step(t, c, t.later(p.kept, 2, 20), "Gelöst");
    return;
  }
  p.at = t.later(p.due, 25, 40);
  p.state = "broken";
  write(t, p, Step::next);
  step(t, c, t.later(p.at, 2, 20), "Offen");
}

void call_back(Teller& t) {
  t.told(Story::call_back);
  const Ms at = t.some_day();
  write(t, Call{.at = at, .reason = "asks_for_call_back", .theme = Theme::follow_up});
  Task todo{.no = t.key("K"),
            .at = t.later(at, 2, 3),
            .due = by_day(at + 2 * kDayMs),
            .assignee = t.staff(),
            .subject = t.subject(Theme::follow_up, t.product().name, "")};
  write(t, todo, Step::first);
  if (t.dice.chance(150)) return;  // forgotten: a due action today
  todo.at = todo.closed = t.later(at, 20, 46);
  todo.state = "done";
  write(t, todo, Step::next);
  write(t, Call{.at = todo.at, .direction = "ausgehend", .reason = "call_back"});
}

void waiting_customer(Teller& t) {
  t.told(Story::waiting_customer);
  Ticket c = open_ticket(t, t.some_day(), Theme::defect, "defect", "needs_serial_number",
                         t.product().name);
  step(t, c, t.later(c.at, 4, 30), "Wartet auf Kunde");
  if (t.dice.chance(350)) return;
  step(t, c, t.later(c.at, 24, 300), "Offen");
  if (t.dice.chance(250))
    step(t, c, t.later(c.at, 5, 20), "Wartet auf Dritte");
  else
    step(t, c, t.later(c.at, 10, 100), "Gelöst");
}

void fact_told(Teller& t) {
  t.told(Story::fact_told);
  struct Fact {
    std::string_view fact, value;
  };
  constexpr Fact kFacts[] = {{"reachable", "after 17:00"},     {"delivery_place", "garage"},
                             {"moved_to", "Leipzig"},          {"floor", "4, no lift"},
                             {"uses_product_for", "workshop"}, {"pet", "dog, ring twice"},
                             {"invoice_to", "office"},         {"has_model", "2024 series"}};
  const Fact& f = t.dice.pick(kFacts);
  write_fact(t, t.some_day(), f.fact, f.value);
}

void call(Teller& t) {
  t.told(Story::call);
  constexpr std::string_view kReasons[] = {"order_status", "how_to", "invoice", "address"};
  const std::string_view reason = t.dice.pick(kReasons);
  write(t, Call{.at = t.some_day(), .reason = reason});
}

void note(Teller& t) {
  t.told(Story::note);
  const Ms at = t.some_day();
  write_note(t, at, "", t.dice.chance(100) ? "restricted" : "normal");
}

}  // namespace concord::datasets
