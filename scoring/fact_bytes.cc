#include "scoring/fact_bytes.h"

#include "index/base/assert.h"

namespace concord::scoring {
namespace {

using index::EntryView;

class Writer {
 public:
  explicit Writer(const index::Customer& customer) : customer_(customer) {}

  void number(std::uint64_t value) {  // seven bits a byte, the lowest first
    for (; value >= 0x80; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }
  void whole(std::int64_t value) {  // the sign in the lowest bit
    const auto bits = static_cast<std::uint64_t>(value);
    number(value < 0 ? ~bits << 1U | 1U : bits << 1U);
  }
  /// The record it lies in (0: the customer's), and its place there.
  void entry(const EntryView& entry) {
    std::size_t record = 0;
    const index::EntryRange* range = &customer_.record.entries();
    while (!range->holds(entry)) {
      CONCORD_ASSERT(record < customer_.account_count);
      range = &customer_.accounts[record++].entries();
    }
    number(record);
    number(range->place_of(entry));
  }
  void entries(const std::vector<EntryView>& list) {
    number(list.size());
    for (const EntryView& one : list) entry(one);
  }
  void contacts(const std::vector<Contact>& list) {
    number(list.size());
    for (const Contact& one : list) {
      entry(one.entry);
      whole(one.at_ms);
      number(one.topic == kNone ? 0 : one.topic + 1ULL);
      number(one.purpose_bit);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  const index::Customer& customer_;
  std::string out_;
};

class Reader {
 public:
  Reader(const index::Customer& customer, std::string_view bytes)
      : customer_(customer), bytes_(bytes) {}

  std::uint64_t number() {
    const auto first = static_cast<unsigned char>(bytes_[at_]);
    if (first < 0x80) {  // most are
      ++at_;
      return first;
    }
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::int64_t whole() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits & 1U) != 0 ? ~(bits >> 1U) : bits >> 1U);
  }
  EntryView entry() {
    const std::uint64_t record = number();
    const auto place = static_cast<std::uint32_t>(number());
    return record == 0 ? customer_.record.entry(place)
                       : customer_.accounts[record - 1].entry(place);
  }
  void entries(std::vector<EntryView>& list) {
    list.clear();
    for (std::uint64_t left = number(); left > 0; --left) list.push_back(entry());
  }
  void contacts(std::vector<Contact>& list) {
    list.clear();
    for (std::uint64_t left = number(); left > 0; --left) {
      const EntryView view = entry();
      const std::int64_t at_ms = whole();
      const std::uint64_t topic = number();
      list.push_back({view, at_ms, topic == 0 ? kNone : static_cast<std::uint32_t>(topic - 1),
                      static_cast<std::uint32_t>(number())});
    }
  }

 private:
  const index::Customer& customer_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

void write_sources(const index::Customer& customer, Writer& out) {
  out.number(customer.record.entry_count());
  out.number(customer.account_count);
  for (const index::RecordView& account : customer.account_records()) {
    out.number(account.id().value);
    out.number(account.entry_count());
  }
}

bool same_sources(const index::Customer& customer, Reader& in) {
  if (in.number() != customer.record.entry_count()) return false;
  if (in.number() != customer.account_count) return false;
  for (const index::RecordView& account : customer.account_records())
    if (in.number() != account.id().value || in.number() != account.entry_count()) return false;
  return true;
}

enum FeatureMark : std::uint64_t { kUnknown = 0, kKnown = 1, kHasNewest = 2 };

void write_features(const Facts& facts, Writer& out) {
  for (std::size_t i = 0; i < facts.features.size(); ++i) {
    const bool newest = facts.has_newest[i] != 0;
    out.number((facts.features[i].known ? kKnown : kUnknown) | (newest ? kHasNewest : kUnknown));
    out.whole(facts.features[i].value);
    if (newest) out.entry(facts.newest[i]);
  }
}

void read_features(std::size_t count, Reader& in, Facts& facts) {
  facts.features.resize(count);
  facts.has_newest.resize(count);
  facts.newest.resize(count, EntryView(nullptr, nullptr));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t mark = in.number();
    facts.features[i].known = (mark & kKnown) != 0;
    facts.features[i].value = in.whole();
    facts.has_newest[i] = (mark & kHasNewest) != 0 ? 1 : 0;
    if (facts.has_newest[i] != 0) facts.newest[i] = in.entry();
  }
}

void write_causes(const Facts& facts, Writer& out) {
  out.number(facts.causes.size());
  for (const Cause& cause : facts.causes) {
    out.number(cause.rule * 2ULL + (cause.unknown_field.empty() ? 0 : 1));
    out.entry(cause.entry);
  }
}

void read_causes(const PolicyData& policy, index::UnixMillis as_of, Reader& in, Facts& facts) {
  facts.causes.clear();
  for (std::uint64_t left = in.number(); left > 0; --left) {
    const std::uint64_t mark = in.number();
    Cause cause{static_cast<std::uint32_t>(mark / 2), in.entry(), {}};
    if (mark % 2 != 0)  // what is absent is asked again: its name is the policy's
      cause.unknown_field = match(policy.rules[cause.rule].match, cause.entry, as_of).unknown_field;
    facts.causes.push_back(cause);
  }
}

}  // namespace

std::string write_facts(const PolicyData& policy, const index::Customer& customer,
                        const Facts& facts) {
  CONCORD_ASSERT(facts.features.size() == policy.features.size());
  Writer out(customer);
  write_sources(customer, out);
  write_features(facts, out);
  out.contacts(facts.contacts);
  out.contacts(facts.outcomes);
  write_causes(facts, out);
  out.entries(facts.asked);
  out.entries(facts.credits);
  out.whole(facts.silent_since_ms);
  return out.take();
}

bool read_facts(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of,
                std::string_view bytes, Facts& facts) {
  Reader in(customer, bytes);
  if (!same_sources(customer, in)) return false;
  read_features(policy.features.size(), in, facts);
  in.contacts(facts.contacts);
  in.contacts(facts.outcomes);
  read_causes(policy, as_of, in, facts);
  in.entries(facts.asked);
  in.entries(facts.credits);
  facts.silent_since_ms = in.whole();
  return true;
}

}  // namespace concord::scoring
