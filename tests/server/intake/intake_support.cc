#include "tests/server/intake/intake_support.h"

#include "index/base/time.h"
#include "index/customer/identity_types.h"
#include "server/intake_cloud.h"
#include "server/intake_native.h"
#include "server/intake_segment.h"

namespace concord::test {

std::string ReadItem::attribute(std::string_view name) const {
  using index::wire::AttributeType;
  const auto& list = draft().entry ? draft().entry->attributes : draft().profile->attributes;
  for (const auto& one : list) {
    if (one->name != name) continue;
    switch (one->type) {
      case AttributeType::text: return one->text;
      case AttributeType::timestamp: return index::to_rfc3339({one->integer});
      case AttributeType::real: return std::to_string(one->real);
      default: return std::to_string(one->integer);
    }
  }
  return {};
}

std::vector<std::size_t> FakeMapping::find(const server::TableName& table, std::string_view source,
                                           std::string_view mapping) const {
  if (!source.empty() && source != "desk") return {};
  if (mapping == "tickets" || table.table == "tickets") return {0};
  return {};
}

index::Result<server::MappedRow> FakeMapping::map(std::size_t, std::string_view row,
                                                  index::UnixMillis at) const {
  index::JsonReader reader;
  const index::JsonValue value = *reader.parse(row);
  server::MappedRow out;
  if (value.find("hidden")) return out;
  index::EventDraft& draft = out.drafts.emplace_back();
  draft.id = "case:" + server::text_member(value, "no");
  draft.source = "desk";
  draft.department = "service";
  draft.at = at.ms;
  draft.type = static_cast<std::uint8_t>(index::EventType::entry);
  draft.customer = {"email:" + server::text_member(value, "email")};
  draft.entry = std::make_unique<index::wire::EntryT>();
  draft.entry->kind = static_cast<std::uint8_t>(index::Kind::case_);
  draft.entry->key = server::text_member(value, "no");
  if (draft.entry->key.empty()) return index::fail(index::Code::bad_input, "is missing", "no");
  return out;
}

index::Result<server::MappedRow> FakeMapping::unmap(std::size_t number, std::string_view row,
                                                    index::UnixMillis at) const {
  auto out = map(number, row, at);
  if (out)
    for (index::EventDraft& draft : out->drafts)
      draft.type = static_cast<std::uint8_t>(index::EventType::retract);
  return out;
}

Reading::Reading() : normaliser_(index::default_identity_types()), loose_(server::kSegmentRules) {
  ask_.received_at = {kReceived};
  ask_.sources = &sources_;
  ask_.known = &known_;
  ask_.normaliser = &normaliser_;
}

void Reading::use_registry(std::vector<server::SourceRule> rules, bool closed) {
  sources_ = server::SourceRegistry(std::move(rules), closed);
}

template <typename Read>
std::vector<ReadItem> Reading::read(const Read& read) {
  std::vector<ReadItem> items;
  refusal_.clear();
  const auto done = read([&](server::IntakeItem&& item) {
    std::string raw(item.raw);
    items.push_back({std::move(item), std::move(raw)});
  });
  if (!done) refusal_ = done.error().text();
  return items;
}

std::vector<ReadItem> Reading::lines(std::string_view body) {
  return read([&](const server::ItemSink& sink) -> index::Result<void> {
    server::read_lines(body, ask_, strict_, sink);
    return {};
  });
}
std::vector<ReadItem> Reading::document(std::string_view body) {
  return read([&](const server::ItemSink& sink) {
    return server::read_document(body, ask_, strict_, sink);
  });
}
std::vector<ReadItem> Reading::segment(std::string_view verb, std::string_view body) {
  return read([&](const server::ItemSink& sink) {
    return server::read_segment(verb, body, ask_, loose_, sink);
  });
}
std::vector<ReadItem> Reading::cloud(std::string_view body) {
  return read([&](const server::ItemSink& sink) {
    return server::read_cloud_event(body, ask_, strict_, sink);
  });
}
std::vector<ReadItem> Reading::cloud_batch(std::string_view body) {
  return read([&](const server::ItemSink& sink) {
    return server::read_cloud_batch(body, ask_, strict_, sink);
  });
}

}  // namespace concord::test
