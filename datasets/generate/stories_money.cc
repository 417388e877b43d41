#include "datasets/generate/stories.h"

namespace concord::datasets {

// He says the bill is wrong; finance marks it disputed; half are settled with a credit.
void invoice_dispute(Teller& t) {
  if (t.person.billing_account.empty()) return plain_ticket(t);
  t.told(Story::invoice_dispute);
  const std::string_view product = t.product().name;
  Sale sale = sell(t, t.some_day(), product, "", 0, false);
  Invoice& bill = sale.invoice;
  Ticket c{.no = t.key("T"),
           .at = t.later(bill.issued, 48, 200),
           .priority = 2,
           .topic = "invoice",
           .reason = "disputed_invoice",
           .title = t.subject(Theme::invoice, product, bill.no),
           .message = t.text(Theme::invoice, product, bill.no),
           .product = product,
           .order = sale.order.no,
           .queue = "finance"};
  c.due = c.at + 5 * kDayMs;
  write(t, c, Step::first);
  bill.at = t.later(c.at, 24, 40);
  bill.state = "strittig";
  bill.problem = "disputed";
  write(t, bill, Step::next);
  if (t.dice.chance(450)) return;  // still in dispute
  const Ms settled = t.later(bill.at, 72, 400);
  write_credit(t, bill.no, c.no, settled, 3'000, "Kulanz");
  bill.at = bill.settled = t.later(settled, 30, 90);
  bill.state = "bezahlt";
  bill.problem = {};
  write(t, bill, Step::next);
  write_payment(t, bill, bill.at, "gebucht");
  c.at = c.closed = t.later(settled, 2, 20);
  c.state = "Gelöst";
  c.message.clear();
  write(t, c, Step::next);
}

// Not paid: a reminder, perhaps a debit that bounces, perhaps paid in the end.
void overdue_invoice(Teller& t) {
  if (t.person.billing_account.empty()) return plain_order(t);
  t.told(Story::overdue_invoice);
  Sale sale = sell(t, t.some_day(), t.product().name, "", 0, false);
  Invoice& bill = sale.invoice;
  bill.at = by_day(bill.due + 3 * kDayMs + 10 * kHourMs);
  bill.state = "angemahnt";
  write(t, bill, Step::next);
  if (t.dice.chance(300)) write_payment(t, bill, t.later(bill.at, 24, 60), "zurückgebucht");
  if (t.dice.chance(400)) return;
  bill.at = bill.settled = t.later(bill.at, 100, 500);
  bill.state = "bezahlt";
  write(t, bill, Step::next);
  write_payment(t, bill, bill.at, "gebucht");
}

void legal_hold(Teller& t) {
  t.told(Story::legal_hold);
  constexpr std::string_view kWhat[] = {"litigation", "data_request", "fraud_check"};
  Hold h{.no = t.key("H"), .at = t.some_day(), .what = t.dice.pick(kWhat)};
  h.opened = h.at;
  h.review = h.at + 180 * kDayMs;
  write(t, h, Step::first);
  if (t.dice.chance(500)) return;
  h.at = h.closed = t.later(h.at, 24 * 30, 24 * 300);
  h.state = "released";
  write(t, h, Step::next);
}

}  // namespace concord::datasets
