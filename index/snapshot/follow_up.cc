#include "index/snapshot/follow_up.h"

#include <algorithm>
#include <string_view>

namespace concord::index {
namespace {

constexpr std::int64_t kWindowMs = std::int64_t{kFollowUpDays} * 86'400'000;
constexpr std::size_t kContactsMax = 32;  // the newest ones are looked at

// The links of a stored entry as they stand: "…","…". Both members are always there, and no quote
// stands unescaped inside a value.
std::string_view stored_links(EntryView entry) {
  constexpr std::string_view kMember = ",\"links\":[";
  std::string_view json = entry.json();
  const std::size_t begin = json.find(kMember);
  if (begin == std::string_view::npos) return {};
  json = json.substr(begin + kMember.size());
  return json.substr(0, json.find("],\"attachments\":["));
}

// Calls visit(link) for each, with its quotes.
template <typename Visit>
void each_link(std::string_view links, Visit&& visit) {
  while (!links.empty()) {
    std::size_t end = 1;
    while (links[end] != '"') end += links[end] == '\\' ? 2 : 1;
    visit(links.substr(0, end + 1));
    links.remove_prefix(std::min(links.size(), end + 2));  // the comma, too
  }
}

bool is_spoken(EntryView entry) {
  if (entry.direction() != Direction::outbound) return false;
  return entry.kind() == Kind::interaction || entry.kind() == Kind::case_ ||
         entry.kind() == Kind::message || entry.kind() == Kind::visit;
}

bool tells_of(EntryView contact, EntryView release) {
  if (!release.topic().empty() && contact.topic() == release.topic()) return true;
  bool told = false;
  each_link(stored_links(contact), [&](std::string_view link) {
    if (link.substr(1, link.size() - 2) == release.id_json()) told = true;
    each_link(stored_links(release), [&](std::string_view fixed) { told = told || link == fixed; });
  });
  return told;
}

}  // namespace

FollowUps follow_ups_of(const RecordView& record, UnixMillis as_of) {
  FollowUps out;
  if (record.release_at_ms() <= as_of.ms - kWindowMs) return out;  // kNoTime is before all
  std::array<std::optional<EntryView>, kContactsMax> contacts;
  std::size_t spoken = 0;
  record.each_entry([&](EntryView entry) {
    if (!entry.exists_at(as_of)) return true;
    if (entry.at_ms() <= as_of.ms - kWindowMs) return false;
    if (is_spoken(entry) && spoken < kContactsMax) contacts[spoken++] = entry;
    if (entry.kind() != Kind::release) return true;
    bool told = false;
    for (std::size_t i = 0; i < spoken && !told; ++i) told = tells_of(*contacts[i], entry);
    if (!told) out.fixes[out.count++] = entry;
    return out.count < kFollowUpsMax;
  });
  return out;
}

}  // namespace concord::index
