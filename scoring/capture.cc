#include "scoring/capture.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "index/base/hash.h"
#include "index/snapshot/excerpt.h"
#include "scoring/capture_generated.h"
#include "scoring/policy_data.h"

namespace concord::scoring {
namespace {

using flatbuffers::FlatBufferBuilder;
using index::EntryView;
using index::Excerpt;
using index::ExcerptDetail;
using index::Kind;

// A customer has a new part: it belongs to what is captured here, and to Captured::open.
static_assert(sizeof(index::Customer) == sizeof(index::RecordView) * (1 + index::kAccountsMax) +
                                             sizeof(void*) * index::kSharersMax +
                                             4 * sizeof(std::size_t) + sizeof(std::string_view));

/// Which entries of a record a decision looks at.
class Choice {
 public:
  Choice(const PolicyData& policy, index::UnixMillis as_of) : policy_(policy), as_of_(as_of) {}

  std::vector<EntryView> of(const index::RecordView& record, bool is_account);
  [[nodiscard]] std::vector<EntryView> all(const index::RecordView& record) const;

 private:
  [[nodiscard]] bool is_counted(const EntryView& entry, bool is_account) const;
  [[nodiscard]] bool is_cause(const EntryView& entry, bool is_account) const;
  bool is_contact(const EntryView& entry);
  [[nodiscard]] bool is_within(const EntryView& entry, std::int64_t window_ms) const {
    return entry.at_ms() > as_of_.ms - window_ms;
  }
  [[nodiscard]] const KindPlan& plan_of(const EntryView& entry) const {
    return policy_.plans[static_cast<std::size_t>(entry.kind())];
  }

  const PolicyData& policy_;
  index::UnixMillis as_of_;
  bool care_found_ = false;
};

std::vector<EntryView> Choice::all(const index::RecordView& record) const {
  std::vector<EntryView> out;
  record.each_entry([&](const EntryView& entry) {
    if (entry.exists_at(as_of_)) out.push_back(entry);
    return true;
  });
  return out;
}

std::vector<EntryView> Choice::of(const index::RecordView& record, bool is_account) {
  std::vector<EntryView> out;
  std::optional<EntryView> oldest;  // how long we have known him, when nobody has said so
  care_found_ = false;
  for (const EntryView& entry : all(record)) {
    const bool own = !is_account && entry.kind() != Kind::decision;
    const bool contact = own && is_contact(entry);
    if (contact || (own && policy_.reads_entries) || is_counted(entry, is_account) ||
        is_cause(entry, is_account)) {
      out.push_back(entry);
      oldest.reset();
    } else if (own) {
      oldest = entry;
    }
  }
  if (oldest) out.push_back(*oldest);
  return out;
}

bool Choice::is_counted(const EntryView& entry, bool is_account) const {
  return std::any_of(plan_of(entry).features.begin(), plan_of(entry).features.end(),
                     [&](std::uint32_t number) {
                       const Feature& feature = policy_.features[number];
                       if (feature.over == (is_account ? Over::customer : Over::accounts))
                         return false;
                       if (feature.window_ms != 0 && !is_within(entry, feature.window_ms))
                         return false;
                       return match(feature.filter, entry, as_of_).outcome == Match::Outcome::yes;
                     });
}

bool Choice::is_cause(const EntryView& entry, bool is_account) const {
  return std::any_of(plan_of(entry).rules.begin(), plan_of(entry).rules.end(),
                     [&](std::uint32_t number) {
                       const BlockRule& rule = policy_.rules[number];
                       if (is_account && rule.scope != RuleScope::account) return false;
                       return match(rule.match, entry, as_of_).outcome != Match::Outcome::no;
                     });
}

// Contacts count within the longest window, the newest one that counts as care whatever its age.
bool Choice::is_contact(const EntryView& entry) {
  if (entry.has(index::wire::RowFlag::requested)) return true;
  if (entry.kind() == Kind::outcome) return is_within(entry, policy_.contact_window_ms);
  if (entry.kind() == Kind::credit) return is_within(entry, policy_.authority_window_ms);
  if ((policy_.contact_kinds >> static_cast<unsigned>(entry.kind()) & 1U) == 0) return false;
  const bool outbound = entry.direction() == index::Direction::outbound;
  const unsigned purpose = entry.row().purpose();
  const bool care = !outbound || purpose == 0 || (policy_.care_floor.purposes >> purpose & 1U) != 0;
  const bool newest_care = care && !care_found_;
  care_found_ = care_found_ || care;
  return newest_care || (outbound && is_within(entry, policy_.contact_window_ms));
}

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> bytes_at(FlatBufferBuilder& builder,
                                                                const std::string& bytes) {
  builder.ForceVectorAlignment(bytes.size(), 1, 8);
  return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

flatbuffers::Offset<wire::CapturedRecord> record_at(FlatBufferBuilder& builder,
                                                    const Excerpt& excerpt) {
  const auto record = bytes_at(builder, excerpt.record);
  std::vector<flatbuffers::Offset<wire::CapturedSegment>> tails;
  for (const std::string& tail : excerpt.tails)
    tails.push_back(wire::CreateCapturedSegment(builder, bytes_at(builder, tail)));
  return wire::CreateCapturedRecord(builder, record, builder.CreateVector(tails));
}

std::string capture_bytes(const PolicyData& policy, const index::Customer& customer,
                          index::UnixMillis as_of, bool whole) {
  Choice choice(policy, as_of);
  const auto take = [&](const index::RecordView& record, bool is_account) {
    const auto entries = whole ? choice.all(record) : choice.of(record, is_account);
    return index::excerpt_of(record, entries, whole ? ExcerptDetail::whole : ExcerptDetail::lean);
  };
  FlatBufferBuilder builder;
  const auto record = record_at(builder, take(customer.record, false));
  std::vector<flatbuffers::Offset<wire::CapturedRecord>> accounts;
  for (const index::RecordView& account : customer.account_records())
    accounts.push_back(record_at(builder, take(account, true)));
  const auto accounts_at = builder.CreateVector(accounts);
  std::vector<flatbuffers::Offset<wire::CapturedRecord>> sharers;
  for (const index::wire::Record* sharer : customer.sharing())
    sharers.push_back(record_at(
        builder, index::excerpt_of(index::RecordView(sharer, {}), {}, ExcerptDetail::consents)));
  const auto sharers_at = builder.CreateVector(sharers);
  builder.Finish(wire::CreateCaptured(builder, customer.revision, record, accounts_at, whole,
                                      sharers_at, customer.crowded),
                 wire::CapturedIdentifier());
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

bool gives_the_same(const Policy& policy, const std::string& bytes,
                    const DecisionQuestion& question, index::Hash128 wanted,
                    DecideScratch& scratch) {
  const auto captured = Captured::open(bytes);
  CONCORD_ASSERT(captured.has_value());  // we have just written it
  Decision again;
  decide(policy, captured->customer(), question, scratch, again);
  return decision_hash(policy, again, question) == wanted;
}

}  // namespace

index::Hash128 decision_hash(const Policy& policy, const Decision& decision,
                             const DecisionQuestion& question) {
  DecisionQuestion all = question;
  all.limit = std::numeric_limits<std::uint32_t>::max();
  index::Buffer text;
  index::JsonWriter out(text);
  out.begin_array();
  write_decision(out, policy, decision, all, kExplainDropped | kExplainScores);
  write_do_not(out, policy, decision);
  write_authority(out, decision);
  out.end_array();
  return index::blake2b_128(text.view());
}

Capture capture(const Policy& policy, const index::Customer& customer,
                const DecisionQuestion& question, const Decision& decision,
                DecideScratch& scratch) {
  const index::Hash128 wanted = decision_hash(policy, decision, question);
  Capture out;
  for (const bool whole : {false, true}) {
    out.bytes = capture_bytes(policy.data(), customer, question.as_of, whole);
    out.is_whole = whole;
    if (gives_the_same(policy, out.bytes, question, wanted, scratch)) return out;
  }
  CONCORD_ASSERT(false);  // a decision rests on something that is not in the customer
  return out;
}

struct Captured::State {
  std::string bytes;
  std::vector<index::ExcerptView> records;  // the customer, his accounts, his sharers
  index::Customer customer;
};

Captured::Captured(std::unique_ptr<State> state) : state_(std::move(state)) {}
Captured::~Captured() = default;
Captured::Captured(Captured&&) noexcept = default;
Captured& Captured::operator=(Captured&&) noexcept = default;
const index::Customer& Captured::customer() const { return state_->customer; }

namespace {

std::string_view view_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

index::Result<index::ExcerptView> open_record(const wire::CapturedRecord* record) {
  std::vector<std::string_view> tails;
  if (record != nullptr && record->tails() != nullptr)
    for (const wire::CapturedSegment* tail : *record->tails())
      tails.push_back(view_of(tail->bytes()));
  return index::ExcerptView::open(
      record == nullptr ? std::string_view{} : view_of(record->record()), std::move(tails));
}

}  // namespace

index::Result<Captured> Captured::open(std::string_view bytes) {
  auto state = std::make_unique<State>();
  state->bytes.reserve(std::max<std::size_t>(bytes.size(), 64));  // on the heap: aligned
  state->bytes = bytes;
  const auto* start = reinterpret_cast<const std::uint8_t*>(state->bytes.data());
  flatbuffers::Verifier verifier(start, bytes.size());
  if (!wire::VerifyCapturedBuffer(verifier))
    return index::fail(index::Code::damaged, "are not those of a decision", "inputs");
  const wire::Captured& captured = *wire::GetCaptured(start);
  std::vector<const wire::CapturedRecord*> records{captured.customer()};
  if (captured.accounts() != nullptr)
    records.insert(records.end(), captured.accounts()->begin(), captured.accounts()->end());
  const std::size_t account_count = records.size() - 1;
  if (captured.sharers() != nullptr)
    records.insert(records.end(), captured.sharers()->begin(), captured.sharers()->end());
  const std::size_t sharer_count = records.size() - 1 - account_count;
  if (account_count > index::kAccountsMax || sharer_count > index::kSharersMax)
    return index::fail(index::Code::damaged, "name too many accounts or sharers", "inputs");
  for (const wire::CapturedRecord* record : records) {
    auto opened = open_record(record);
    if (!opened) return index::fail(opened.error());
    state->records.push_back(std::move(*opened));
  }
  index::Customer& customer = state->customer;
  customer.record = state->records.front().view();
  customer.account_count = account_count;
  for (std::size_t i = 0; i < account_count; ++i)
    customer.accounts[i] = state->records[i + 1].view();
  customer.sharer_count = sharer_count;
  for (std::size_t i = 0; i < sharer_count; ++i)
    customer.sharers[i] = &state->records[i + 1 + account_count].view().record();
  customer.crowded = captured.crowded();
  customer.revision = captured.revision();
  return Captured(std::move(state));
}

}  // namespace concord::scoring
