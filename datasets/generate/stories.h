// The stories: each tells one thing that happened to a customer, in the rows of every department
// that had a part in it. Thread class: one-owner.
#pragma once
#include "datasets/generate/teller.h"

namespace concord::datasets {

/// Who the customer is: profiles, identities, memberships, consents, holdings, and the truth.
void tell_who(Teller& t);
/// The rest of his life, until about `entries_wanted` entries are told.
void tell_life(Teller& t);

// stories_sale.cc
struct Sale {
  Order order;
  Invoice invoice;
  Ms delivered = kNever;
  bool late = false;
};
/// Order, shipment, invoice, payment; `late_days` > 0: delivered so much after the promise.
Sale sell(Teller& t, Ms at, std::string_view product, const std::string& quote, int late_days,
          bool pays);
void plain_order(Teller& t);
void lead_to_review(Teller& t);
void return_sent(Teller& t);
void contract_renewal(Teller& t);
void silent_until_renewal(Teller& t);

// stories_service.cc
void plain_ticket(Teller& t);
void mixed_message(Teller& t);
void hand_off(Teller& t);
void promise_made(Teller& t);
void call_back(Teller& t);
void waiting_customer(Teller& t);
void fact_told(Teller& t);
void call(Teller& t);
void note(Teller& t);

// stories_money.cc
void invoice_dispute(Teller& t);
void overdue_invoice(Teller& t);
void legal_hold(Teller& t);

// stories_reach.cc
void newsletter(Teller& t);
void campaign_unsubscribe(Teller& t);
void bug_report(Teller& t);
void social_complaint(Teller& t);
void app_visit(Teller& t);
void store_visit(Teller& t);

}  // namespace concord::datasets
