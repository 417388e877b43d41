#include "index/snapshot/context.h"

#include <array>
#include <charconv>

#include "index/base/assert.h"
#include "index/snapshot/attention.h"
#include "index/snapshot/pieces.h"

namespace concord::index {
namespace {

constexpr std::array<std::string_view, kContextFieldCount> kNames{
    "customer_id", "as_of",           "revision",      "policy_version", "answer_id",
    "matched",     "profile",         "accounts",      "attention",      "do_not",
    "now_with",    "promises",        "last_contacts", "told_us",        "told_them",
    "next",        "authority",       "balances",      "holdings",       "preferences",
    "consents",    "owner_of_record", "open",          "departments",    "sources",
    "conflicts",   "identities",      "merged_from",   "timeline"};

void write_matched(JsonWriter& out, const ContextQuestion& question) {
  out.begin_object();
  const Resolution* matched = question.matched;
  if (matched != nullptr && matched->by_identity) {
    out.key("identity").string(matched->identity.text);
    out.key("strength").string(word(matched->strength));
    out.key("shared_with").integer(matched->owners > 0 ? matched->owners - 1 : 0);
  } else {
    out.key("strength").string("id").key("shared_with").integer(0);
  }
  out.end_object();
}

// The joined record of the account `key` ("account:acme"), also after accounts became one; an empty
// view when it is beyond kAccountsMax.
RecordView joined_account(const Customer& customer, std::string_view key) {
  for (const RecordView& account : customer.account_records())
    for (const wire::Identity* one : *account.portrait().identities()) {
      const std::string_view type = view_of(one->type());
      if (key.size() > type.size() && key.starts_with(type) &&
          key.substr(type.size() + 1) == view_of(one->value()))
        return account;
    }
  return {};
}

std::int64_t open_count(const RecordView& record, UnixMillis as_of) {
  std::int64_t count = 0;
  record.each_open(as_of, [&](EntryView) { ++count; });
  return count;
}

void write_accounts(JsonWriter& out, const Customer& customer, UnixMillis as_of) {
  out.begin_array();
  for (const wire::Member* member : *customer.record.portrait().members()) {
    if (member->from() != kNoTime && member->from() > as_of.ms) continue;
    if (member->to() != kNoTime && member->to() <= as_of.ms) continue;
    const RecordView account = joined_account(customer, view_of(member->account()));
    out.begin_object();
    out.key("account").string(view_of(member->account()));
    out.key("customer_id").id(account ? account.id() : CustomerId{member->account_id()});
    std::string_view name = view_of(member->name());
    if (account && !account.name().empty()) name = account.name();
    if (!name.empty()) out.key("name").string(name);
    if (member->role()->size() > 0) out.key("role").string(view_of(member->role()));
    if (member->from() != kNoTime) out.key("from").time(UnixMillis{member->from()});
    if (member->to() != kNoTime) out.key("to").time(UnixMillis{member->to()});
    // Without the record nothing is known to be open, or not to be: then nothing is said.
    if (account) out.key("open").integer(open_count(account, as_of));
    out.end_object();
  }
  out.end_array();
}

void write_expired(JsonWriter& out, const wire::ConsentState& consent) {
  const auto member = [&](std::string_view name, const flatbuffers::String* text) {
    if (text->size() > 0) out.key(name).string(view_of(text));
  };
  out.begin_object();
  member("purpose", consent.purpose());
  member("channel", consent.channel());
  member("identity", consent.identity());
  member("brand", consent.brand());
  out.key("state").string(word(ConsentState::unknown)).key("expired").boolean(true);
  out.key("was").string(word(static_cast<ConsentState>(consent.state())));
  member("source", consent.source());
  out.key("at").time(UnixMillis{consent.at()});
  out.key("expires_at").time(UnixMillis{consent.expires_at()});
  out.end_object();
}

void write_consents(JsonWriter& out, const RecordView& record, UnixMillis as_of) {
  out.begin_array();
  for (const wire::ConsentState* consent : *record.portrait().consents()) {
    if (consent->at() > as_of.ms) continue;
    if (consent->expires_at() != kNoTime && consent->expires_at() <= as_of.ms)
      write_expired(out, *consent);
    else
      out.raw(view_of(consent->json()));
  }
  out.end_array();
}

// Ready-made when the question looks at or beyond the newest time of the record.
template <typename Write>
void write_piece(JsonWriter& out, const Customer& customer, UnixMillis as_of,
                 const flatbuffers::String* ready, Write&& write) {
  if (as_of.ms >= customer.record.newest_at_ms())
    out.raw(view_of(ready));
  else
    write(out, customer.record.entries(), as_of);
}

void write_list_field(JsonWriter& out, ContextField field, const Customer& customer,
                      UnixMillis as_of) {
  const wire::Record& record = customer.record.record();
  switch (field) {
    case ContextField::promises:
      return write_piece(out, customer, as_of, record.promises_json(), write_promises);
    case ContextField::last_contacts:
      return write_piece(out, customer, as_of, record.contacts_json(), write_last_contacts);
    case ContextField::told_us:
      return write_piece(out, customer, as_of, record.told_us_json(), write_told_us);
    case ContextField::told_them:
      return write_piece(out, customer, as_of, record.told_them_json(), write_told_them);
    case ContextField::balances:
      return write_piece(out, customer, as_of, record.balances_json(), write_balances);
    case ContextField::holdings:
      return write_piece(out, customer, as_of, record.holdings_json(), write_holdings);
    case ContextField::open:
      return write_piece(out, customer, as_of, record.open_json(), write_open_counts);
    case ContextField::departments:
      return write_piece(out, customer, as_of, record.departments_json(), write_departments);
    default: CONCORD_ASSERT(false);
  }
}

}  // namespace

std::string_view name_of(ContextField field) { return kNames[static_cast<std::size_t>(field)]; }

void write_context_field(JsonWriter& out, ContextField field, const Customer& customer,
                         const ContextQuestion& question) {
  const RecordView& record = customer.record;
  out.key(name_of(field));
  switch (field) {
    case ContextField::customer_id: out.id(customer.record.id()); return;
    case ContextField::as_of: out.time(question.as_of); return;
    case ContextField::revision: out.unsigned_integer(customer.revision); return;
    case ContextField::matched: return write_matched(out, question);
    case ContextField::profile: out.raw(view_of(record.portrait().profile_json())); return;
    case ContextField::accounts: return write_accounts(out, customer, question.as_of);
    case ContextField::attention: return write_attention(out, customer, question.as_of);
    case ContextField::now_with: return write_now_with(out, customer, question.as_of);
    case ContextField::preferences: out.raw(view_of(record.portrait().preferences_json())); return;
    case ContextField::consents: return write_consents(out, customer.record, question.as_of);
    case ContextField::owner_of_record:
      if (customer.record.owner().empty())
        out.null();
      else
        out.string(customer.record.owner());
      return;
    case ContextField::sources: out.raw(customer.sources_json); return;
    case ContextField::conflicts: out.raw(view_of(record.portrait().conflicts_json())); return;
    case ContextField::identities: out.raw(view_of(record.portrait().identities_json())); return;
    case ContextField::merged_from: out.raw(view_of(record.portrait().merged_json())); return;
    case ContextField::timeline:
      return write_timeline(out, customer, {}, question.as_of, question.limit, 0);
    case ContextField::policy_version:
    case ContextField::answer_id:
    case ContextField::do_not:
    case ContextField::next:
    case ContextField::authority: CONCORD_ASSERT(false);
    default: return write_list_field(out, field, customer, question.as_of);
  }
}

namespace {

bool passes(const TimelineFilter& filter, EntryView entry, UnixMillis as_of) {
  if (!entry.exists_at(as_of)) return false;
  if (!filter.with_decisions && entry.kind() == Kind::decision) return false;
  if (filter.kinds != 0 && (filter.kinds >> static_cast<unsigned>(entry.kind()) & 1U) == 0)
    return false;
  if (filter.from_ms != kNoTime && entry.at_ms() < filter.from_ms) return false;
  if (filter.to_ms != kNoTime && entry.at_ms() >= filter.to_ms) return false;
  if (!filter.department.empty() && entry.department() != filter.department) return false;
  if (!filter.channel.empty() && entry.channel() != filter.channel) return false;
  return !filter.open_only || entry.open_at(as_of);
}

bool is_plain(const TimelineFilter& filter) {
  return filter.department.empty() && filter.channel.empty() && filter.from_ms == kNoTime &&
         filter.to_ms == kNoTime && filter.kinds == 0 && !filter.open_only;
}

}  // namespace

void write_timeline(JsonWriter& out, const Customer& customer, const TimelineFilter& filter,
                    UnixMillis as_of, std::uint32_t limit, std::uint64_t skip) {
  const RecordView& record = customer.record;
  // Without a filter, and looking beyond the newest entry, everything but stored decisions passes.
  const bool count_all =
      is_plain(filter) && as_of.ms >= record.newest_at_ms() && !record.record().has_decisions();
  std::uint64_t total = 0;
  out.begin_object().key("entries").begin_array();
  record.each_entry([&](EntryView entry) {
    if (!passes(filter, entry, as_of)) return true;
    if (total >= skip && total - skip < limit) out.raw(entry.json());
    ++total;
    return !count_all || total < skip || total - skip < limit;
  });
  if (count_all) total = record.entry_count();
  out.end_array();
  out.key("total").unsigned_integer(total);
  if (total > skip && total - skip > limit) {
    char cursor[48];
    char* at = cursor;
    *at++ = '"';
    at = std::to_chars(at, cursor + 24, customer.revision).ptr;
    *at++ = '.';
    at = std::to_chars(at, cursor + 47, skip + limit).ptr;
    *at++ = '"';
    out.key("next_cursor").raw({cursor, static_cast<std::size_t>(at - cursor)});
  }
  out.end_object();
}

}  // namespace concord::index
