// Tells one customer's life: keys, times and the row writers every story uses.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "datasets/generate/sink.h"
#include "datasets/generate/world.h"
#include "index/base/types.h"

namespace concord::datasets {

inline constexpr Ms kNever = index::kNoTime;

struct Teller {
  Teller(const World& w, const Person& p, Sink& sink)
      : world(w), person(p), out(sink), dice(w.seed(), p.index, 0x5701, 0) {}

  const World& world;
  const Person& person;
  Sink& out;
  Dice dice;
  std::uint32_t next_number = 0;
  Ms no_marketing_from = kWorldNow;  // consent withdrawn
  bool phone_written = false;
  bool mobile_written = false;

  /// "T1048576-12": unique in the world, for all prefixes.
  std::string key(std::string_view prefix);
  /// A moment by day between the customer's first day and `days_before_now` days before now.
  Ms some_day(std::int64_t days_before_now = 0);
  /// `from` and between `low` and `high` hours more, by day. Requires low >= 2: two states of one
  /// entry never fall into the same minute.
  Ms later(Ms from, std::int64_t low, std::int64_t high);
  /// The customer's address as he happens to spell it today.
  std::string spelled_email();
  /// A number as he or the clerk happens to write it.
  std::string spelled_phone();
  std::string spelled_mobile();
  const Product& product() { return product_at(dice.below(kProductCount)); }
  std::string_view staff();
  std::string subject(Theme theme, std::string_view product, std::string_view about);
  std::string text(Theme theme, std::string_view product, std::string_view about);
  void told(Story story) { ++out.stories[static_cast<std::size_t>(story)]; }
  [[nodiscard]] std::string_view currency() const { return currency_of(person.country); }
};

// One struct a row. `write` writes nothing when `at` is not before the world's now.
struct Order {
  std::string no = {};
  Ms at = 0;
  std::string_view state = "placed";
  std::int64_t total_minor = 0;
  std::string_view product = {};
  std::int64_t items = 1;
  std::string quote = {};
  Ms placed = 0;
  Ms promised = kNever;
};
struct Shipment {
  std::string no = {};
  std::string order = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view state = "kommissioniert";
  Ms planned = kNever;
  Ms delivered = kNever;
  bool late = false;
};
struct Invoice {
  std::string no = {};
  std::string order = {};
  std::string contract = {};
  Ms at = 0;
  std::string_view state = "offen";
  std::string_view problem = {};
  std::int64_t total_minor = 0;
  Ms issued = 0;
  Ms due = kNever;
  Ms settled = kNever;
};
struct Ticket {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view state = "Neu";
  int priority = 3;
  std::string_view channel = "email";
  std::string_view direction = "eingehend";
  std::string_view topic = {};
  std::string_view reason = {};
  std::string title = {};
  std::string message = {};
  std::string_view product = {};
  std::string order = {};
  std::string_view assignee = {};
  std::string_view queue = "service";
  Ms due = kNever;
  Ms closed = kNever;
  std::string participants = {};    // staff who work on it, separated by commas
  std::string_view requested = {};  // the offer he asks about
};
struct Call {
  Ms at = 0;
  std::string_view direction = "eingehend";
  std::string_view reason = {};
  Theme theme = Theme::call;
  std::string ticket = {};
};
struct Promise {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view state = "open";
  std::string promised = {};
  Ms due = kNever;
  Ms kept = kNever;
  std::string_view owner = {};
  std::string ticket = {};
};
struct Task {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view what = "call_back";
  std::string_view state = "open";
  Ms due = kNever;
  Ms closed = kNever;
  std::string_view queue = "service";
  std::string_view assignee = {};
  std::string ticket = {};
  std::string subject = {};
};
struct Defect {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  const Bug* bug = nullptr;
  std::string_view state = "reported";
  std::string title = {};
  std::string description = {};
  std::string_view fixed_in = {};
  Ms closed = kNever;
};
struct Post {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view direction = "in";
  bool is_public = true;
  std::string_view topic = {};
  std::string_view state = "new";
  std::string text = {};
  std::string reply_to = {};
  std::string ticket = {};
};
struct Send {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string campaign = {};
  std::string_view topic = {};
  std::string subject = {};
  std::string_view product = {};
  std::string_view state = "sent";
};
struct Opportunity {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view stage = "qualified";
  std::int64_t amount_minor = 0;
  std::string_view product = {};
  Ms expected_close = kNever;
  std::string lead = {};
};
struct Lead {
  std::string no = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view product = {};
  std::string_view state = "new";
};
struct Return {
  std::string no = {};
  std::string order = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view state = "announced";
  std::string_view reason = {};
};
struct Quote {
  std::string no = {};
  std::string opportunity = {};
  Ms at = 0;
  Ms opened = kNever;  // set by the first row
  std::string_view stage = "sent";
  std::int64_t total_minor = 0;
  Ms valid_until = kNever;
  bool requested = false;
  std::string_view product = {};
};
struct Contract {
  std::string no = {};
  Ms at = 0;
  std::string_view product = {};
  std::string_view stage = "active";
  std::int64_t yearly_minor = 0;
  Ms starts = 0;
  Ms ends = kNever;
};
struct Hold {
  std::string no = {};
  Ms at = 0;
  std::string_view what = "litigation";
  std::string_view state = "open";
  Ms opened = 0;
  Ms review = kNever;
  Ms closed = kNever;
};
struct Consent {
  std::string_view purpose = {};
  std::string_view channel = {};
  std::string_view state = "granted";
  std::string_view basis = "consent";
  std::string_view evidence = {};
  Ms at = 0;
};

void write(Teller& t, const Order& row, Step step);
void write(Teller& t, Shipment& row, Step step);
void write(Teller& t, const Invoice& row, Step step);
void write(Teller& t, Ticket& row, Step step);
void write(Teller& t, const Call& row);
void write(Teller& t, Promise& row, Step step);
void write(Teller& t, Task& row, Step step);
void write(Teller& t, Defect& row, Step step);
void write(Teller& t, Post& row, Step step);
void write(Teller& t, Send& row, Step step);
void write(Teller& t, Opportunity& row, Step step);
void write(Teller& t, Quote& row, Step step);
void write(Teller& t, const Contract& row, Step step);
void write(Teller& t, const Hold& row, Step step);
void write(Teller& t, const Consent& row);
void write(Teller& t, Lead& row, Step step);
void write(Teller& t, Return& row, Step step);
void write_payment(Teller& t, const Invoice& invoice, Ms at, std::string_view state);
void write_credit(Teller& t, const std::string& invoice, const std::string& ticket, Ms at,
                  std::int64_t minor, std::string_view reason);
void write_review(Teller& t, const std::string& order, Ms at, int stars, std::string_view product);
void write_fact(Teller& t, Ms at, std::string_view fact, std::string_view value);
void write_note(Teller& t, Ms at, const std::string& ticket, std::string_view visibility);
void write_visit(Teller& t, Ms at);
void write_app_event(Teller& t, Ms at);

}  // namespace concord::datasets
