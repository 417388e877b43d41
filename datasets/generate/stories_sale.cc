#include <algorithm>

#include "datasets/generate/stories.h"

namespace concord::datasets {
namespace {

void ship(Teller& t, Sale& sale, Ms promised, int late_days) {
  Shipment s;
  s.no = t.key("S");
  s.order = sale.order.no;
  s.planned = promised;
  s.at = t.later(sale.order.placed, 4, 30);
  write(t, s, Step::first);
  const Ms arrival = late_days > 0 ? promised + late_days * kDayMs : promised - 20 * kHourMs;
  s.at = t.later(s.at, 6, 12);
  s.state = "unterwegs";
  s.late = late_days > 0;
  if (t.dice.chance(300) || arrival >= kWorldNow) write(t, s, Step::next);
  if (s.late && promised + kDayMs < kWorldNow && arrival >= kWorldNow) {
    s.at = by_day(promised + kDayMs);  // late, and still on its way at the world's now
    s.state = "verspätet";
    write(t, s, Step::next);
    return;
  }
  const Ms soonest = t.later(s.at, 2, 4);
  s.at = s.delivered = sale.delivered = std::max(by_day(arrival), soonest);
  s.state = "zugestellt";
  write(t, s, Step::next);
}

}  // namespace

Sale sell(Teller& t, Ms at, std::string_view product, const std::string& quote, int late_days,
          bool pays) {
  Sale sale;
  sale.late = late_days > 0;
  const bool many = !t.person.account.empty() && quote.empty();  // a quote is for one
  const std::int64_t items = many ? t.dice.between(1, 20) : 1;
  const Ms promised = by_day(at + t.dice.between(3, 6) * kDayMs);
  sale.order = {.no = t.key("B"),
                .at = at,
                .state = "placed",
                .total_minor = price_of(product) * items,
                .product = product,
                .items = items,
                .quote = quote,
                .placed = at,
                .promised = promised};
  write(t, sale.order, Step::first);
  ship(t, sale, promised, late_days);
  Order done = sale.order;
  done.state = sale.delivered == kNever ? "shipped" : "delivered";
  done.at = sale.delivered == kNever ? t.later(at, 30, 48) : t.later(sale.delivered, 2, 5);
  write(t, done, Step::next);

  Invoice& bill = sale.invoice;
  bill = {.no = t.key("R"),
          .order = sale.order.no,
          .at = t.later(at, 24, 40),
          .total_minor = sale.order.total_minor};
  bill.issued = bill.at;
  bill.due = bill.at + 14 * kDayMs;
  if (!pays) {
    write(t, bill, Step::first);
    return sale;
  }
  const Ms paid = t.later(bill.at, 48, 300);
  if (t.dice.chance(200) || paid >= kWorldNow)
    write(t, bill, Step::first);
  else {
    Invoice settled = bill;  // the extract has only its last state: most bills are seen once
    settled.state = "bezahlt";
    settled.at = settled.settled = paid;
    write(t, settled, Step::first);
    write_payment(t, bill, paid, "gebucht");
    return sale;
  }
  bill.state = "bezahlt";
  bill.at = bill.settled = paid;
  write(t, bill, Step::next);
  write_payment(t, bill, paid, "gebucht");
  return sale;
}

void plain_order(Teller& t) {
  t.told(Story::plain_order);
  const Ms at = t.some_day();
  const std::string_view product = t.product().name;
  const int late_days = t.dice.chance(60) ? static_cast<int>(t.dice.between(2, 15)) : 0;
  const bool pays = t.dice.chance(985);
  const Sale sale = sell(t, at, product, "", late_days, pays);
  if (sale.delivered != kNever && t.dice.chance(120))
    write_review(t, sale.order.no, t.later(sale.delivered, 24, 200),
                 static_cast<int>(t.dice.between(late_days > 0 ? 1 : 3, late_days > 0 ? 3 : 5)),
                 product);
}

// Lead, opportunity, quote, order, late shipment, case, credit as refund, review.
void lead_to_review(Teller& t) {
  t.told(Story::lead_to_review);
  const std::string_view product = t.product().name;
  const Ms asked = t.some_day(20);
  Lead lead{.no = t.key("L"), .at = asked, .product = product};
  write(t, lead, Step::first);
  lead.at = t.later(asked, 5, 40);
  lead.state = "qualified";
  write(t, lead, Step::next);
  Opportunity chance{.no = t.key("O"),
                     .at = t.later(asked, 45, 70),
                     .amount_minor = price_of(product),
                     .product = product,
                     .expected_close = asked + 30 * kDayMs,
                     .lead = lead.no};
  write(t, chance, Step::first);
  Quote quote{.no = t.key("Q"),
              .opportunity = chance.no,
              .at = t.later(chance.at, 20, 60),
              .total_minor = price_of(product),
              .valid_until = asked + 45 * kDayMs,
              .requested = true,
              .product = product};
  write(t, quote, Step::first);
  quote.at = t.later(quote.at, 48, 120);
  quote.stage = "accepted";
  write(t, quote, Step::next);
  chance.at = quote.at;
  chance.stage = "won";
  write(t, chance, Step::next);

  const Sale sale = sell(t, t.later(quote.at, 3, 20), product, quote.no, 9, true);
  Ticket claim{.no = t.key("T"),
               .at = by_day(sale.order.promised + 2 * kDayMs),
               .priority = 2,
               .topic = "order_status",
               .reason = "late_delivery",
               .title = t.subject(Theme::late_delivery, product, sale.order.no),
               .message = t.text(Theme::late_delivery, product, sale.order.no),
               .product = product,
               .order = sale.order.no,
               .assignee = t.staff()};
  claim.due = claim.at + 2 * kDayMs;
  write(t, claim, Step::first);
  write_credit(t, sale.invoice.no, claim.no, t.later(claim.at, 24, 48), 2'500, "Verspätung");
  claim.at = claim.closed = t.later(sale.order.promised, 240, 280);
  claim.state = "Gelöst";
  claim.message.clear();
  write(t, claim, Step::next);
  write_review(t, sale.order.no, t.later(claim.at, 48, 300), 2, product);
}

void return_sent(Teller& t) {
  t.told(Story::return_sent);
  const std::string_view product = t.product().name;
  const Sale sale = sell(t, t.some_day(), product, "", 0, true);
  if (sale.delivered == kNever) return;
  constexpr std::string_view kReasons[] = {"wrong_item", "damaged", "not_wanted"};
  Return back{.no = t.key("X"),
              .order = sale.order.no,
              .at = t.later(sale.delivered, 20, 200),
              .reason = t.dice.pick(kReasons)};
  write(t, back, Step::first);
  back.at = t.later(back.at, 60, 200);
  back.state = "received";
  write(t, back, Step::next);
  back.at = t.later(back.at, 24, 90);
  back.state = "refunded";
  write(t, back, Step::next);
  write_credit(t, sale.invoice.no, "", back.at, sale.order.total_minor, "Rückgabe");
}

// A contract of two years; near its end the renewal is offered, or it still runs.
void contract_renewal(Teller& t) {
  if (t.person.crm_contact.empty()) return plain_ticket(t);
  t.told(Story::contract_renewal);
  Contract c{.no = t.key("Z"), .at = t.some_day(), .product = "Care Plan", .yearly_minor = 11'900};
  c.starts = c.at;
  c.ends = c.at + 730 * kDayMs;
  write(t, c, Step::first);
  c.at = by_day(c.ends - 60 * kDayMs);
  c.stage = "renewal_due";
  write(t, c, Step::next);
  c.at = by_day(c.ends - 20 * kDayMs);
  c.stage = t.dice.chance(700) ? "renewed" : "cancelled";
  write(t, c, Step::next);
}

// Nobody spoke to this customer between the signing and the letter that asks for money again.
void silent_until_renewal(Teller& t) {
  t.told(Story::silent_until_renewal);
  const Ms ends = by_day(kWorldNow + t.dice.between(5, 50) * kDayMs);
  Contract c{.no = t.key("Z"),
             .at = by_day(ends - 730 * kDayMs),
             .product = "Care Plan",
             .yearly_minor = 11'900};
  c.starts = c.at;
  c.ends = ends;
  write(t, c, Step::first);
  Invoice bill{.no = t.key("R"),
               .contract = c.no,
               .at = t.later(c.at, 24, 48),
               .state = "bezahlt",
               .total_minor = c.yearly_minor};
  bill.issued = bill.at;
  bill.due = bill.at + 14 * kDayMs;
  bill.settled = bill.at;
  write(t, bill, Step::first);
  write_payment(t, bill, bill.at, "gebucht");
  c.at = by_day(ends - 60 * kDayMs);
  c.stage = "renewal_due";
  write(t, c, Step::next);
  Send letter{.no = t.key("M"),
              .at = t.later(c.at, 24, 48),
              .campaign = "renewal",
              .topic = "contract_renewal",
              .subject = t.subject(Theme::renewal, c.product, c.no),
              .product = c.product};
  write(t, letter, Step::first);
}

}  // namespace concord::datasets
