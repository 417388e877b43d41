#include <algorithm>
#include <cstdio>

#include "datasets/generate/stories.h"
#include "index/base/time.h"

namespace concord::datasets {
namespace {

/// Each month has four campaigns: "2025-03-C2".
Send campaign_send(Teller& t, Ms at) {
  constexpr std::string_view kTopics[] = {"spring_sale", "new_products", "service_plan",
                                          "loyalty_points"};
  const index::CivilDate day = index::civil_from_days(at / kDayMs);
  const std::uint32_t which = t.dice.below(4);
  char name[48];
  std::snprintf(name, sizeof name, "%d-%02u-C%u", day.year, day.month, which + 1);
  Send s{.no = t.key("M"), .at = at, .campaign = name, .topic = kTopics[which]};
  s.product = t.product().name;
  s.subject = std::string(t.person.language == Language::de ? "Neu für Sie: " : "New for you: ") +
              std::string(s.product);
  return s;
}

}  // namespace

void newsletter(Teller& t) {
  const Ms at = t.some_day();
  if (at >= t.no_marketing_from) return call(t);
  t.told(Story::newsletter);
  Send s = campaign_send(t, at);
  write(t, s, Step::first);
  const std::uint32_t draw = t.dice.below(100);
  if (draw >= 30) return;
  s.at = t.later(s.at, 2, 40);
  s.state = draw < 2 ? "bounced" : draw < 8 ? "clicked" : "opened";
  write(t, s, Step::next);
}

// The third letter in a week is one too many.
void campaign_unsubscribe(Teller& t) {
  t.told(Story::campaign_unsubscribe);
  Ms at = t.some_day(15);
  for (int i = 0; i < 3; ++i) {
    Send s = campaign_send(t, at);
    write(t, s, Step::first);
    at = t.later(at, 24, 60);
  }
  write(t, Consent{.purpose = "marketing",
                   .channel = "email",
                   .state = "withdrawn",
                   .basis = "unsubscribe_link",
                   .evidence = t.key("U"),
                   .at = at});
  t.no_marketing_from = at;
}

// Many report one bug; the release that fixes it closes the reports it knew of.
void bug_report(Teller& t) {
  t.told(Story::bug_report);
  const Bug& bug = t.world.bugs()[t.world.bug_ranks().draw(t.dice)];
  const std::string_view product = product_at(bug.product).name;
  const Ms from = std::max(bug.since, t.person.since);
  Defect d{.no = t.key("D"), .at = t.later(from, 24, 24 * 120), .bug = &bug};
  d.title = t.subject(Theme::defect, product, d.no);
  d.description = t.text(Theme::defect, product, d.no);
  write(t, d, Step::first);
  d.description.clear();
  d.at = t.later(d.at, 24, 90);
  d.state = "confirmed";
  if (t.dice.chance(600)) write(t, d, Step::next);
  if (bug.release < 0) return;
  const Release& release = t.world.releases()[static_cast<std::size_t>(bug.release)];
  if (release.at <= d.at || t.dice.chance(300)) return;  // nobody told the reporter yet
  d.at = d.closed = t.later(release.at, 24, 48);
  d.state = "fixed";
  d.fixed_in = release.key;
  write(t, d, Step::next);
}

// In public first; the answer moves it into a case.
void social_complaint(Teller& t) {
  if (t.person.social_handle.empty()) return plain_ticket(t);
  t.told(Story::social_complaint);
  const std::string_view product = t.product().name;
  Post p{.no = t.key("J"), .at = t.some_day(), .topic = "complaint"};
  p.text = t.text(Theme::blame, product, "");
  write(t, p, Step::first);
  p.text.clear();
  Ticket c{.no = t.key("T"),
           .at = t.later(p.at, 2, 9),
           .priority = 2,
           .channel = "social",
           .topic = "complaint",
           .reason = "public_complaint",
           .title = t.subject(Theme::blame, product, p.no),
           .product = product,
           .assignee = t.staff()};
  c.due = c.at + kDayMs;
  write(t, c, Step::first);
  Post answer{.no = t.key("J"),
              .at = t.later(c.at, 2, 6),
              .direction = "out",
              .topic = "complaint",
              .state = "answered",
              .reply_to = p.no,
              .ticket = c.no};
  write(t, answer, Step::first);
  if (t.dice.chance(300)) return;
  p.at = answer.at;
  p.state = "answered";
  p.ticket = c.no;
  write(t, p, Step::next);
  c.at = c.closed = t.later(answer.at, 24, 96);
  c.state = "Geschlossen";
  write(t, c, Step::next);
}

void app_visit(Teller& t) {
  if (t.person.shop_customer.empty()) return call(t);
  t.told(Story::app_visit);
  write_app_event(t, t.some_day());
}

void store_visit(Teller& t) {
  if (t.person.loyalty_card.empty()) return newsletter(t);
  t.told(Story::store_visit);
  write_visit(t, t.some_day());
}

}  // namespace concord::datasets
