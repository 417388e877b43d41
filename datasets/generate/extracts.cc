#include "datasets/generate/extracts.h"

#include <array>

namespace concord::datasets {
namespace {

using enum TimeFormat;
using enum Zone;

constexpr Shape kCsv = Shape::csv;
constexpr Shape kJson = Shape::ndjson;

// path, source, department, event, kind, shape, delimiter, time, zone, decimal, nothing, columns,
// key, at, state. In the order of `Extract`.
constexpr std::array<ExtractSpec, kExtractCount> kSpecs{{
    {"sales/contacts.csv", "crm", "sales", "profile", "", kCsv, ',', iso_seconds, utc, '.', "",
     "contact_no full_name email phone mobile language country time_zone city account_no "
     "billing_no "
     "owner special_needs customer_since changed",
     -1, 14, -1},
    {"sales/accounts.csv", "crm", "sales", "profile", "", kCsv, ',', iso_seconds, utc, '.', "",
     "account_no name industry country contacts changed", 0, 5, -1},
    {"sales/memberships.csv", "crm", "sales", "membership", "", kCsv, ',', iso_date, utc, '.', "",
     "account_no contact_no role valid_from valid_to changed", 0, 5, -1},
    {"sales/opportunities.csv", "crm", "sales", "entry", "opportunity", kCsv, ',', iso_seconds, utc,
     '.', "",
     "opp_no contact_no account_no stage amount currency product expected_close owner lead_no "
     "created changed",
     0, 11, 3},
    {"sales/quotes.csv", "crm", "sales", "entry", "quote", kCsv, ',', iso_seconds, utc, '.', "",
     "quote_no opp_no contact_no stage total currency valid_until requested product owner created "
     "changed",
     0, 11, 3},
    {"sales/contracts.csv", "crm", "sales", "entry", "contract", kCsv, ',', iso_seconds, utc, '.',
     "",
     "contract_no contact_no account_no product stage yearly_amount currency starts_on ends_on "
     "owner changed",
     0, 10, 4},
    {"marketing/leads.ndjson", "campaigns", "marketing", "entry", "interaction", kJson, ',',
     unix_ms, utc, '.', "", "lead_no email origin product state created at", 0, 6, 4},
    {"marketing/sends.ndjson.gz", "campaigns", "marketing", "entry", "message", kJson, ',', unix_ms,
     utc, '.', "", "message_id campaign topic email subject product state sent_at at", 0, 8, 6},
    {"marketing/consents.csv", "campaigns", "marketing", "consent", "", kCsv, ',', rfc3339_utc, utc,
     '.', "", "email purpose channel state basis wording evidence at", 0, 7, -1},
    {"marketing/reviews.csv", "reviews", "marketing", "entry", "review", kCsv, ',', rfc3339_offset,
     berlin, '.', "", "review_no shop_customer order_no stars title text language written_at", 0, 7,
     -1},
    {"operations/shop_customers.ndjson", "shop", "operations", "profile", "", kJson, ',',
     rfc3339_offset, berlin, '.', "", "shop_customer email name language loyalty_card registered",
     -1, 5, -1},
    {"operations/orders.ndjson.gz", "shop", "operations", "entry", "order", kJson, ',',
     rfc3339_offset, berlin, '.', "",
     "order_no shop_customer contact_no account_no state total currency items product quote_no "
     "placed_at promised_for changed_at",
     0, 12, 4},
    {"operations/returns.ndjson", "shop", "operations", "entry", "return", kJson, ',',
     rfc3339_offset, berlin, '.', "",
     "return_no order_no shop_customer contact_no state reason announced_at changed_at", 0, 7, 4},
    {"operations/app_events.ndjson.gz", "shop", "operations", "entry", "interaction", kJson, ',',
     unix_ms, utc, '.', "", "event_no shop_customer action product at", 0, 4, -1},
    {"operations/shipments.csv.gz", "warehouse", "operations", "entry", "shipment", kCsv, ';',
     german_minutes, berlin, ',', "?",
     "sendung auftrag kunde kontakt status frachtfuehrer geplant zugestellt verspaetet "
     "angelegt geaendert",
     0, 10, 4},
    {"operations/loyalty_cards.csv", "stores", "operations", "identity", "", kCsv, '\t',
     slash_minutes, new_york, '.', "", "card email issued", -1, 2, -1},
    {"operations/visits.tsv", "stores", "operations", "entry", "visit", kCsv, '\t', slash_minutes,
     new_york, '.', "", "visit_no card store what amount currency at", 0, 6, -1},
    {"service/tickets.csv.gz", "helpdesk", "service", "entry", "case", kCsv, ';', german_minutes,
     berlin, ',', "",
     "ticket_no opened changed state priority requester phone channel direction topic reason title "
     "message language product order_no account_no assignee queue due closed participants "
     "requested",
     0, 2, 3},
    {"service/calls.csv.gz", "helpdesk", "service", "entry", "interaction", kCsv, ';',
     german_minutes, berlin, ',', "",
     "call_no started direction requester phone reason summary language minutes agent ticket_no", 0,
     1, -1},
    {"service/promises.ndjson", "helpdesk", "service", "entry", "promise", kJson, ',', rfc3339_utc,
     utc, '.', "", "promise_no email state promised due_at kept_at owner ticket_no made_at changed",
     0, 9, 2},
    {"service/tasks.ndjson", "helpdesk", "service", "entry", "task", kJson, ',', rfc3339_utc, utc,
     '.', "",
     "task_no email what state due_at closed_at queue assignee phone ticket_no subject "
     "created changed",
     0, 12, 3},
    {"service/facts.csv", "helpdesk", "service", "entry", "fact", kCsv, ';', german_minutes, berlin,
     ',', "", "fact_no told_at requester fact value told_to channel", 0, 1, -1},
    {"service/notes.csv", "helpdesk", "service", "entry", "note", kCsv, ';', german_minutes, berlin,
     ',', "", "note_no written requester author note language visibility ticket_no", 0, 1, -1},
    {"finance/accounts.csv", "billing", "finance", "identity", "", kCsv, ';', german_date, berlin,
     ',', "-", "konto shop_kunde email seit", -1, 3, -1},
    {"finance/invoices.csv.gz", "billing", "finance", "entry", "invoice", kCsv, ';', german_date,
     berlin, ',', "-",
     "rechnung konto auftrag vertrag betrag waehrung status problem datum faellig beglichen "
     "geaendert",
     0, 11, 6},
    {"finance/payments.csv.gz", "billing", "finance", "entry", "payment", kCsv, ';', german_date,
     berlin, ',', "-", "zahlung konto rechnung betrag waehrung art status datum", 0, 7, 6},
    {"finance/credits.csv", "billing", "finance", "entry", "credit", kCsv, ';', german_date, berlin,
     ',', "-", "gutschrift konto rechnung vorgang betrag waehrung grund status bewilligt_von datum",
     0, 9, 7},
    {"legal/holds.csv", "legal_register", "legal", "entry", "hold", kCsv, '|', iso_date, utc, '.',
     "n/a", "matter_no contact_no email what state opened review_on closed summary changed", 0, 9,
     4},
    {"product/defects.ndjson", "tracker", "product", "entry", "defect", kJson, ',', unix_s, utc,
     '.', "",
     "report_no reporter bug product severity state title description language fixed_in closed_at "
     "reported_at changed",
     0, 12, 5},
    {"product/releases.ndjson", "tracker", "product", "entry", "release", kJson, ',', unix_s, utc,
     '.', "", "release product title notes fixes at", 0, 5, -1},
    {"product/holdings.csv", "tracker", "product", "entry", "holding", kCsv, ',', iso_date, utc,
     '.', "", "serial email product since until state changed", 0, 6, 5},
    {"social/profiles.ndjson", "social_desk", "social", "identity", "", kJson, ',', unix_s, utc,
     '.', "", "handle email network linked_at", -1, 3, -1},
    {"social/posts.ndjson", "social_desk", "social", "entry", "message", kJson, ',', unix_s, utc,
     '.', "",
     "post_id handle network direction public topic state text language reply_to ticket_no url "
     "posted_at at",
     0, 13, 6},
    {"knowledge/processes.ndjson", "handbook", "service", "knowledge", "", kJson, ',', rfc3339_utc,
     utc, '.', "", "page title text language department topic url changed", 0, 7, -1},
    {"knowledge/sales_sheets.ndjson", "handbook", "sales", "knowledge", "", kJson, ',', rfc3339_utc,
     utc, '.', "", "page title text language department topic url changed", 0, 7, -1},
    {"knowledge/policies.ndjson", "handbook", "legal", "knowledge", "", kJson, ',', rfc3339_utc,
     utc, '.', "", "page title text language department topic url changed", 0, 7, -1},
}};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(" "), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

const ExtractSpec& spec_of(Extract extract) { return kSpecs[index_of(extract)]; }

std::span<const std::string_view> columns_of(Extract extract) {
  static const auto kColumns = [] {
    std::array<std::vector<std::string_view>, kExtractCount> all;
    for (std::size_t i = 0; i < kExtractCount; ++i) all[i] = split(kSpecs[i].columns);
    return all;
  }();
  return kColumns[index_of(extract)];
}

bool is_compressed(const ExtractSpec& spec) { return spec.path.ends_with(".gz"); }

}  // namespace concord::datasets
