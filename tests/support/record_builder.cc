#include "tests/support/record_builder.h"

#include <algorithm>
#include <limits>

namespace concord::test {
namespace {

using index::kNoTime;
namespace wire = index::wire;

std::int64_t ms_or_none(double days) { return days == EntrySpec::kNone ? kNoTime : day(days).ms; }

class SegmentBuilder {
 public:
  SegmentBuilder() { segment_.words.emplace_back(); }

  void add(const EntrySpec& e) {
    const std::string id = e.source + "/" + std::string(index::word(e.kind)) + "/" + e.key;
    std::string json = R"({"entry":")" + id + R"(","department":")" + e.department + "\"";
    if (!e.attributes.empty()) json += ",\"attributes\":" + e.attributes;
    json += "}";
    std::uint8_t flags = 0;
    const auto set = [&flags](bool on, wire::RowFlag flag) {
      if (on) flags |= static_cast<std::uint8_t>(flag);
    };
    set(e.requested, wire::RowFlag::requested);
    set(e.is_public, wire::RowFlag::is_public);
    set(e.amount_minor >= 0, wire::RowFlag::has_amount);
    set(!e.attributes.empty(), wire::RowFlag::attributes);
    const auto offset = static_cast<std::uint32_t>(segment_.json.size());
    segment_.json.insert(segment_.json.end(), json.begin(), json.end());
    segment_.rows.emplace_back(
        day(e.at_day).ms, ms_or_none(e.due_day), ms_or_none(e.closed_day),
        e.set_day == EntrySpec::kNone ? day(e.at_day).ms : day(e.set_day).ms, 1, 0,
        std::max<std::int64_t>(e.amount_minor, 0), offset, static_cast<std::uint32_t>(json.size()),
        0, 0, static_cast<std::uint16_t>(id.size()), 0, 0, word(e.department), word(e.source),
        word(e.channel), word(e.topic), word(e.reason), word(e.status), word(e.brand), 0,
        word(e.currency), 0, 0, static_cast<std::uint8_t>(e.kind),
        static_cast<std::uint8_t>(e.state), static_cast<std::uint8_t>(e.trouble),
        static_cast<std::uint8_t>(e.direction), static_cast<std::uint8_t>(e.purpose), 0, e.priority,
        flags);
  }
  wire::SegmentT take() { return std::move(segment_); }

 private:
  std::uint16_t word(const std::string& text) {
    const auto found = std::find(segment_.words.begin(), segment_.words.end(), text);
    const auto number = static_cast<std::uint16_t>(found - segment_.words.begin());
    if (found == segment_.words.end()) segment_.words.push_back(text);
    return number;
  }
  wire::SegmentT segment_;
};

}  // namespace

index::UnixMillis day(double days) {
  return {static_cast<std::int64_t>(days * static_cast<double>(index::kDayMs))};
}

RecordBuilder::RecordBuilder(std::uint64_t id, bool is_account) {
  record_.id = id;
  record_.seq = 1;
  record_.created_seq = 1;
  record_.is_account = is_account;
  portrait_.since = kNoTime;
}

RecordBuilder& RecordBuilder::entry(EntrySpec spec) {
  entries_.push_back(std::move(spec));
  return *this;
}

RecordBuilder& RecordBuilder::identity(std::string type, std::string value) {
  auto one = std::make_unique<wire::IdentityT>();
  one->type = std::move(type);
  one->value = std::move(value);
  portrait_.identities.push_back(std::move(one));
  return *this;
}

RecordBuilder& RecordBuilder::consent(ConsentSpec spec) {
  auto one = std::make_unique<wire::ConsentStateT>();
  one->purpose = std::move(spec.purpose);
  one->channel = std::move(spec.channel);
  one->identity = std::move(spec.identity);
  one->brand = std::move(spec.brand);
  one->state = static_cast<std::uint8_t>(spec.state);
  one->at = day(spec.at_day).ms;
  one->expires_at = ms_or_none(spec.expires_day);
  portrait_.consents.push_back(std::move(one));
  return *this;
}

RecordBuilder& RecordBuilder::need(std::string need) {
  portrait_.needs.push_back(std::move(need));
  return *this;
}

RecordBuilder& RecordBuilder::attribute(std::string name, std::string value) {
  auto claim = std::make_unique<wire::ClaimT>();
  claim->name = "attributes." + name;
  claim->value = std::make_unique<wire::ValueT>();
  claim->value->text = std::move(value);
  portrait_.claims.push_back(std::move(claim));
  return *this;
}

RecordBuilder& RecordBuilder::language(std::string language) {
  portrait_.language = std::move(language);
  return *this;
}

RecordBuilder& RecordBuilder::time_zone(std::string zone) {
  portrait_.time_zone = std::move(zone);
  return *this;
}

RecordBuilder& RecordBuilder::since(double days) {
  portrait_.since = day(days).ms;
  return *this;
}

index::RecordView RecordBuilder::build() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const EntrySpec& a, const EntrySpec& b) { return a.at_day > b.at_day; });
  SegmentBuilder segment;
  for (const EntrySpec& entry : entries_) segment.add(entry);
  const wire::SegmentT head = segment.take();
  flatbuffers::FlatBufferBuilder nested;
  std::vector<flatbuffers::Offset<flatbuffers::String>> words;
  for (const std::string& word : head.words) words.push_back(nested.CreateString(word));
  nested.Finish(wire::CreateSegmentDirect(nested, &head.rows, &words, &head.json, &head.merge));
  record_.head.assign(nested.GetBufferPointer(), nested.GetBufferPointer() + nested.GetSize());
  record_.entries = static_cast<std::uint32_t>(entries_.size());
  record_.newest_at = std::numeric_limits<std::int64_t>::max();  // no ready-made rows and pieces
  nested.Clear();
  nested.Finish(wire::Portrait::Pack(nested, &portrait_));
  record_.portrait.assign(nested.GetBufferPointer(), nested.GetBufferPointer() + nested.GetSize());
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::Record::Pack(builder, &record_), wire::RecordIdentifier());
  bytes_.emplace_back(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  return {wire::GetRecord(bytes_.back().data()), {}};
}

index::Customer RecordBuilder::customer() {
  index::Customer customer;
  customer.record = build();
  customer.revision = customer.record.seq();
  return customer;
}

}  // namespace concord::test
