#include "index/base/limits.h"
#include "server/answers.h"

namespace concord::server {
namespace {

/// The newest word of any source on a profile attribute.
std::string_view attribute_of(const index::RecordView& record, std::string_view name) {
  const index::wire::Claim* best = nullptr;
  if (record.portrait().claims() == nullptr) return {};
  for (const index::wire::Claim* claim : *record.portrait().claims()) {
    if (index::view_of(claim->name()) != name || claim->cleared() || claim->value() == nullptr)
      continue;
    if (best == nullptr || claim->at() > best->at() ||
        (claim->at() == best->at() && claim->seq() > best->seq()))
      best = claim;
  }
  return best == nullptr ? std::string_view{} : index::view_of(best->value()->text());
}

void write_candidate(index::JsonWriter& out, const index::RecordView& record,
                     index::UnixMillis as_of) {
  out.begin_object();
  out.key("customer_id").id(record.id());
  if (!record.name().empty()) out.key("name").string(masked_name(record.name()));
  if (record.portrait().since() != index::kNoTime)
    out.key("since").time(index::UnixMillis{record.portrait().since()});
  if (const std::string_view city = attribute_of(record, "attributes.city"); !city.empty())
    out.key("city").string(city);
  out.key("entries").unsigned_integer(record.entry_count());
  std::uint64_t open = 0;
  record.each_open(as_of, [&](index::EntryView) { ++open; });
  out.key("open").unsigned_integer(open);
  if (const auto* departments = record.record().departments_json())
    out.key("departments").raw(index::view_of(departments));
  out.end_object();
}

}  // namespace

std::string masked_name(std::string_view name) {
  std::string masked;
  bool first = true;  // of a word
  for (const char c : name) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (c == ' ')
      masked.push_back(' ');
    else if (first || (continues && masked.back() != '*'))
      masked.push_back(c);
    else if (!continues)
      masked.push_back('*');
    first = c == ' ';
  }
  return masked;
}

void write_candidates(index::JsonWriter& out, const index::Snapshot& snapshot,
                      const index::ReadPin& pin, const index::Resolution& resolution,
                      index::UnixMillis as_of) {
  out.begin_array();
  for (std::uint32_t i = 0; i < resolution.candidate_count; ++i)
    if (const index::RecordView record = snapshot.find(pin, resolution.candidates[i]))
      write_candidate(out, record, as_of);
  out.end_array();
}

}  // namespace concord::server
