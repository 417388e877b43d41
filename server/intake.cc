#include "server/intake.h"

#include <utility>

namespace concord::server {
namespace {

std::string_view word_of(index::Code code) {
  switch (code) {
    case index::Code::over_limit: return "over_limit";
    case index::Code::unsupported: return "unsupported";
    case index::Code::id_reused: return "id_reused";
    case index::Code::damaged: return "damaged";
    case index::Code::io_error: return "io_error";
    default: return "bad_event";
  }
}

}  // namespace

index::Error too_many_items() {
  return {index::Code::over_limit,
          "holds more than " + std::to_string(kItemsMax) + " items: send less at once", ""};
}

Fault fault_of(const index::Error& error) {
  return {std::string(word_of(error.code)), error.detail, error.place};
}

void finish_item(IntakeItem& item, const IntakeAsk& ask) {
  for (index::EventDraft& draft : item.drafts) {
    if (draft.source.empty()) draft.source = ask.source;
    if (draft.source.empty()) {
      item.fault = {"bad_event",
                    "is missing: name the source in the event or as ?source=", "/source"};
      break;
    }
    if (draft.department.empty()) draft.department = ask.department;
    const SourceRule* const rule = ask.sources->find(draft.source);
    if (draft.department.empty() && rule != nullptr) draft.department = rule->department;
    if (auto denied = check_rights(draft, ask.sender, *ask.sources)) {
      item.fault = {"not_allowed", std::move(denied->detail), std::move(denied->pointer)};
      break;
    }
  }
  if (item.source.empty() && !item.drafts.empty()) item.source = item.drafts.front().source;
  if (item.fault) item.drafts.clear();
}

IntakeItem refused_item(std::uint32_t line, std::string_view raw, std::string format, Fault fault) {
  IntakeItem item;
  item.line = line;
  item.raw = raw;
  item.format = std::move(format);
  item.fault = std::move(fault);
  return item;
}

std::string text_member(index::JsonValue object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return {};
  if (const auto text = member->as_string()) return std::string(*text);
  if (const auto number = member->as_int64()) return std::to_string(*number);
  if (const auto number = member->as_uint64()) return std::to_string(*number);
  return {};
}

}  // namespace concord::server
