#include "server/intake_native.h"

#include "index/log/event_json.h"
#include "server/intake_change.h"

namespace concord::server {
namespace {

constexpr std::string_view kNative = "native";

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

void take(std::uint32_t number, std::string_view raw, index::JsonValue value, const IntakeAsk& ask,
          const ItemSink& sink) {
  if (is_change(value, ask)) return sink(read_change(number, raw, value, ask));
  IntakeItem item;
  item.line = number;
  item.raw = raw;
  item.format = kNative;
  item.id = text_member(value, "id");
  item.source = text_member(value, "source");
  if (item.source.empty()) item.source = ask.source;
  if (auto draft = index::event_from_json(value))
    item.drafts.push_back(std::move(*draft));
  else
    item.fault = fault_of(draft.error());
  finish_item(item, ask);
  sink(std::move(item));
}

}  // namespace

void read_line(std::uint32_t number, std::string_view line, const IntakeAsk& ask,
               index::JsonReader& json, const ItemSink& sink) {
  const auto refuse = [&](Fault fault) {
    IntakeItem item = refused_item(number, line, std::string(kNative), std::move(fault));
    item.source = ask.source;
    sink(std::move(item));
  };
  if (line.size() > kItemBytesMax)
    return refuse({"over_limit", "is over " + std::to_string(kItemBytesMax) + " bytes", ""});
  const auto value = json.parse(line);
  if (!value) return refuse({"bad_json", value.error().text(), ""});
  take(number, line, *value, ask, sink);
}

void read_lines(std::string_view body, const IntakeAsk& ask, index::JsonReader& json,
                const ItemSink& sink) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (body.starts_with(kMark)) body.remove_prefix(kMark.size());
  for (std::uint32_t number = 1; !body.empty(); ++number) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (is_blank(line)) continue;
    if (line.ends_with('\r')) line.remove_suffix(1);
    read_line(number, line, ask, json, sink);
  }
}

index::Result<void> read_document(std::string_view body, const IntakeAsk& ask,
                                  index::JsonReader& json, const ItemSink& sink) {
  const auto value = json.parse(body);
  if (!value) return index::fail(value.error());
  if (!value->is(index::JsonType::array)) {
    if (!value->is(index::JsonType::object))
      return index::fail(index::Code::bad_input, "is neither an event nor a list of events");
    if (body.size() > kItemBytesMax)
      sink(refused_item(1, body, std::string(kNative),
                        {"over_limit", "is over " + std::to_string(kItemBytesMax) + " bytes", ""}));
    else
      take(1, body, *value, ask, sink);
    return {};
  }
  if (value->size() > kItemsMax) return index::fail(too_many_items());
  index::Buffer text;
  std::uint32_t number = 0;
  for (const index::JsonValue one : value->elements()) {
    text.clear();
    index::JsonWriter out(text);
    append_json(out, one);
    if (text.size() > kItemBytesMax)
      sink(refused_item(++number, text.view(), std::string(kNative),
                        {"over_limit", "is over " + std::to_string(kItemBytesMax) + " bytes", ""}));
    else
      take(++number, text.view(), one, ask, sink);
  }
  return {};
}

}  // namespace concord::server
