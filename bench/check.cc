#include "bench/check.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "datasets/import/import.h"
#include "datasets/import/sources.h"
#include "index/base/json_reader.h"
#include "index/customer/identity.h"
#include "index/log/event.h"
#include "tests/oracle/answer.h"

namespace concord::bench {
namespace {

using index::ContextField;

class Collector final : public datasets::EventSink {
 public:
  index::Result<void> accept(index::EventSeq, std::string_view bytes) override {
    events.emplace_back(bytes);
    return {};
  }
  std::vector<std::string> events;
};

bool is_scored(ContextField field) {
  using F = ContextField;
  return field == F::policy_version || field == F::answer_id || field == F::do_not ||
         field == F::next || field == F::authority;
}

// The slow engine knows simple phone numbers only: identities are given to it in their one form.
void normalise_customers(const index::IdentityNormaliser& normaliser, index::EventDraft& draft) {
  std::vector<std::string> kept;
  for (const std::string& one : draft.customer)
    if (const auto known = normaliser.normalise(one)) kept.push_back(known->text);
  draft.customer = std::move(kept);
}

std::string facts_of(const World& world, const std::string& key) {
  const index::ReadPin pin = world.snapshot().pin();
  const index::Customer customer = world.customer(pin, key);
  index::ContextQuestion question;
  question.as_of = world.as_of();
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object();
  for (int i = 0; i < index::kContextFieldCount; ++i)
    if (const auto field = static_cast<ContextField>(i); !is_scored(field))
      write_context_field(out, field, customer, question);
  out.end_object();
  return std::string(buffer.view());
}

// A few words of both where two texts part.
std::string parting(const std::string& key, const std::string& fast, const std::string& slow) {
  const auto at = static_cast<std::size_t>(
      std::mismatch(fast.begin(), fast.end(), slow.begin(), slow.end()).first - fast.begin());
  const std::size_t from = at < 60 ? 0 : at - 60;
  return key + ": …" + fast.substr(from, 160) + "… but slowly …" + slow.substr(from, 160) + "…";
}

// Keys spread over the base; the largest customer's is the first.
std::vector<std::string> sample(const World& world, std::size_t count) {
  std::vector<std::string> keys{world.largest_key()};
  for (const std::uint32_t place : draw_places(Spread::uniform, world.keys().size(), count - 1, 7))
    keys.push_back(world.keys()[place]);
  return keys;
}

using Holders = std::unordered_map<std::string, std::vector<index::RecordView>>;

Holders holders_of(const World& world, const index::ReadPin& pin) {
  Holders holders;
  for (std::size_t place = 0; place < world.snapshot().record_count(); ++place)
    if (const index::RecordView record = world.snapshot().record_at(pin, place))
      for (const index::wire::Identity* one : *record.portrait().identities())
        holders[one->type()->str() + ":" + one->value()->str()].push_back(record);
  return holders;
}

std::string timeline_differs(index::JsonValue answer, const index::RecordView& record,
                             index::UnixMillis as_of) {
  std::vector<std::pair<std::int64_t, std::string>> entries;  // newest first, then id
  record.each_entry([&](index::EntryView entry) {
    if (entry.at_ms() <= as_of.ms && entry.kind() != index::Kind::decision)
      entries.emplace_back(-entry.at_ms(), entry.json());
    return true;
  });
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto timeline = answer.find("timeline");
  const auto total = timeline ? timeline->find("total") : std::nullopt;
  if (!total || total->as_uint64() != entries.size()) return "timeline.total";
  std::size_t i = 0;
  for (const index::JsonValue shown : timeline->find("entries")->elements()) {
    index::Buffer text;
    index::JsonWriter out(text);
    append_json(out, shown);
    if (i == entries.size() || text.view() != entries[i++].second) return "timeline.entries";
  }
  return i == std::min<std::size_t>(20, entries.size()) ? "" : "timeline.entries: too few";
}

}  // namespace

std::vector<std::string> events_of(const World& world) {
  Collector collector;
  const auto sources = datasets::read_sources(world.extracts() + "/sources.toml");
  if (sources && datasets::import_events(*sources, "", 0, collector)) return collector.events;
  return {};
}

std::string differs_from_oracle(const World& world, std::size_t count) {
  const auto events = events_of(world);
  if (events.size() != world.engine().generation().seq) return "extracts: another base's events";
  std::vector<index::EventDraft> drafts(events.size());
  const auto sources = datasets::read_sources(world.extracts() + "/sources.toml");
  const index::IdentityNormaliser normaliser(sources->identity_types);
  for (std::size_t i = 0; i < events.size(); ++i) {
    index::wire::GetEvent(events[i].data())->UnPackTo(&drafts[i]);
    normalise_customers(normaliser, drafts[i]);
  }
  const oracle::Book book(sources->identity_types, drafts);
  for (const std::string& key : sample(world, count)) {
    const oracle::Person* person = book.find_identity(key);
    if (person == nullptr) return key + ": the slow engine knows nobody";
    const std::string slow = oracle::facts_json(book, *person, world.as_of().ms, 20);
    const std::string fast = facts_of(world, key);
    if (fast != slow) return parting(key, fast, slow);
  }
  return "";
}

std::string differs_from_scan(const World& world, std::size_t count) {
  const index::ReadPin pin = world.snapshot().pin();
  const Holders holders = holders_of(world, pin);
  ContextAnswer answer(world);
  index::JsonReader reader;
  for (const std::string& key : sample(world, count)) {
    const auto held = holders.find(key);
    if (held == holders.end() || held->second.size() != 1) return key + ": not one holder";
    const auto parsed = reader.parse(answer.of(key, false));
    if (!parsed) return key + ": no JSON: " + parsed.error().text();
    const index::RecordView& record = held->second.front();
    const auto id = parsed->find("customer_id");
    if (!id || id->as_string() != to_string(record.id())) return key + ": customer_id";
    const std::string wrong = timeline_differs(*parsed, record, world.as_of());
    if (!wrong.empty()) return key + ": " + wrong;
  }
  return "";
}

std::string wrong_in(const scoring::Policy& policy, const scoring::Decision& decision) {
  std::vector<int> seen(policy.action_count());
  for (const auto& one : decision.ranked) ++seen[one.action];
  for (const auto& one : decision.dropped) ++seen[one.action];
  if (std::any_of(seen.begin(), seen.end(), [](int n) { return n != 1; }))
    return "an action is not there exactly once";
  std::uint64_t dropped = 0;
  for (const std::uint32_t n : decision.dropped_at) dropped += n;
  if (dropped != decision.dropped.size()) return "counts do not add up";
  const auto order = [](const scoring::RankedAction& one) {
    return std::tuple(one.tier, -one.priority_micro, one.action);
  };
  for (std::size_t i = 0; i < decision.ranked.size(); ++i) {
    const scoring::RankedAction& one = decision.ranked[i];
    const auto f = one.factors;
    const long double product = static_cast<long double>(f.propensity_micro) *
                                static_cast<long double>(f.context_weight_micro) *
                                static_cast<long double>(f.value_minor) *
                                static_cast<long double>(f.lever_micro) / 1e12L;
    const auto priority = static_cast<long double>(one.priority_micro);
    const bool saturated = product >= 9.2e18L;
    if (!saturated && (priority > product * (1 + 1e-15L) || priority < product * (1 - 1e-15L) - 1))
      return "priority_micro is not the product of its factors";
    if (i > 0 && order(one) < order(decision.ranked[i - 1])) return "not in order";
  }
  return "";
}

std::string batch_differs(const World& world, std::size_t count) {
  const index::ReadPin pin = world.snapshot().pin();
  scoring::BatchQuestion question;
  question.as_of = world.as_of();
  std::string lines;
  scoring::decide_all(world.policy(), world.snapshot(), pin, question,
                      [&](std::string_view more) { lines += more; }, {});
  std::unordered_map<std::string, std::string> line_of;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    const std::string line = lines.substr(at, end - at);
    line_of[line.substr(16, index::kCustomerIdChars)] = line;
    at = end + 1;
  }
  index::JsonReader reader;
  scoring::DecisionQuestion alone;
  alone.as_of = world.as_of();
  for (const std::string& key : sample(world, count)) {
    const index::Customer customer = world.customer(pin, key);
    scoring::DecideScratch scratch;
    scoring::Decision decision;
    scoring::decide(world.policy(), customer, alone, scratch, decision);
    if (const std::string wrong = wrong_in(world.policy(), decision); !wrong.empty()) return wrong;
    const auto line = reader.parse(line_of[to_string(customer.record.id())]);
    if (!line) return key + ": not among the lines";
    const auto actions = line->find("actions");
    std::size_t i = 0;
    for (const index::JsonValue one : actions->elements())
      if (i == decision.ranked.size() ||
          one.find("priority_micro")->as_int64() != decision.ranked[i++].priority_micro)
        return key + ": other priorities than one by one";
    if (i != std::min<std::size_t>(question.top, decision.ranked.size())) return key + ": too few";
  }
  return "";
}

}  // namespace concord::bench
