#include "server/body_members.h"

#include <algorithm>

#include "index/base/nearest.h"
#include "index/base/time.h"

namespace concord::server {
void BodyMembers::wrong(std::string_view name, std::string detail) {
  faults_.add(index::json_pointer("", name), std::move(detail));
}

bool BodyMembers::check_text(std::string_view name, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) {
    wrong(name, "is empty");
  } else if (text.size() > bytes_max) {
    wrong(name, "is over " + std::to_string(bytes_max) + " bytes");
  } else {
    return true;
  }
  return false;
}

std::string_view BodyMembers::text(std::string_view name, std::size_t bytes_max) {
  const auto value = body_.find(name);
  if (!value) return {};
  const auto text = value->as_string();
  if (!text) {
    wrong(name, "is not a text");
    return {};
  }
  return check_text(name, *text, bytes_max) ? *text : std::string_view{};
}

std::string_view BodyMembers::required_text(std::string_view name) {
  if (!has(name)) wrong(name, "is missing");
  return text(name);
}

bool BodyMembers::flag(std::string_view name) {
  const auto value = body_.find(name);
  if (!value) return false;
  const auto flag = value->as_bool();
  if (!flag) wrong(name, "is not true or false");
  return flag.value_or(false);
}

std::int64_t BodyMembers::time_ms(std::string_view name) {
  const std::string_view said = text(name);
  if (said.empty()) return index::kNoTime;
  const auto time = index::parse_rfc3339(said);
  if (!time) wrong(name, "is not a time: write it as 2026-11-22T09:00:00Z");
  return time ? time->ms : index::kNoTime;
}

std::vector<std::string_view> BodyMembers::required_texts(std::string_view name,
                                                          std::size_t count_max) {
  std::vector<std::string_view> out;
  const auto value = body_.find(name);
  if (!value) {
    wrong(name, "is missing");
    return out;
  }
  if (!value->is(index::JsonType::array)) {
    out.push_back(text(name));
    return out;
  }
  if (value->size() == 0 || value->size() > count_max) {
    wrong(name, "has " + std::to_string(value->size()) + " elements; 1 to " +
                    std::to_string(count_max) + " are taken");
    return out;
  }
  const std::string all = index::json_pointer("", name);
  for (const index::JsonValue one : value->elements()) {
    const std::string_view said = one.as_string().value_or(std::string_view{});
    if (said.empty() || said.size() > index::kWordBytesMax)
      faults_.add(index::json_pointer(all, out.size()),
                  "is not a text of 1 to " + std::to_string(index::kWordBytesMax) + " bytes");
    out.push_back(said);
  }
  std::vector<std::string_view> sorted = out;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
    wrong(name, "has \"" + std::string(*twice) + "\" twice");
  return out;
}

std::string_view BodyMembers::word(std::string_view name, std::span<const std::string_view> known) {
  const std::string_view said = text(name);
  if (said.empty() || std::find(known.begin(), known.end(), said) != known.end()) return said;
  wrong(name, unknown_word(said, known));
  return {};
}

void BodyMembers::refuse_others(std::span<const std::string_view> mine) {
  for (const index::JsonMember member : body_.members())
    if (std::find(mine.begin(), mine.end(), member.name) == mine.end())
      wrong(member.name, unknown_word(member.name, mine));
}

}  // namespace concord::server
