#include "server/answers_redact.h"

#include "index/base/assert.h"
#include "index/base/json_reader.h"

namespace concord::server {
namespace {

using index::JsonType;
using index::JsonValue;

bool is_id_character(char c) {
  return c == '/' || c == '-' || c == '_' || c == '.' || (c >= '0' && c <= '9') ||
         (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (static_cast<unsigned char>(c) >= 0x80);
}

class Hiding {
 public:
  Hiding(index::JsonWriter& out, const HiddenEntries& hidden) : out_(out), hidden_(hidden) {}

  void copy(JsonValue value) {
    switch (value.type()) {
      case JsonType::object:
        out_.begin_object();
        for (const index::JsonMember member : value.members()) {
          out_.key_escaped(member.name);
          copy(member.value);
        }
        out_.end_object();
        return;
      case JsonType::array:
        out_.begin_array();
        for (const JsonValue one : value.elements())
          if (!is_about_hidden(one)) copy(one);
        out_.end_array();
        return;
      case JsonType::string:
        if (names_hidden(*value.as_string()))
          out_.string("hidden");
        else
          out_.string(*value.as_string());
        return;
      default: index::append_json(out_, value);
    }
  }

 private:
  /// An object whose `entry` is hidden, or the id of a hidden entry itself.
  bool is_about_hidden(JsonValue one) {
    const auto entry = one.is(JsonType::object) ? one.find("entry") : std::optional(one);
    if (!entry) return false;
    const auto id = entry->as_string();
    return id && hidden_.contains(inside_quotes(*id));
  }

  bool names_hidden(std::string_view text) {
    const std::string_view escaped = inside_quotes(text);
    for (const std::string& id : hidden_)
      for (std::size_t at = escaped.find(id); at != std::string_view::npos;
           at = escaped.find(id, at + 1)) {
        const std::size_t end = at + id.size();
        const bool begins = at == 0 || !is_id_character(escaped[at - 1]);
        // A full stop behind an id may end the sentence.
        const bool ends =
            end == escaped.size() || escaped[end] == '.' || !is_id_character(escaped[end]);
        if (begins && ends) return true;
      }
    return false;
  }

  std::string_view inside_quotes(std::string_view text) {
    spare_.clear();
    index::append_json_string(spare_, text);
    return spare_.view().substr(1, spare_.size() - 2);
  }

  index::JsonWriter& out_;
  const HiddenEntries& hidden_;
  index::Buffer spare_;
};

}  // namespace

HiddenEntries hidden_entries(const index::Customer& customer, index::Visibility visibility_max) {
  HiddenEntries hidden;
  if (visibility_max == index::Visibility::secret) return hidden;  // sees all
  const auto look = [&](index::EntryView entry) {
    if (entry.visibility() > visibility_max) hidden.emplace(entry.id_json());
    return true;
  };
  customer.record.each_entry(look);
  for (const index::RecordView& account : customer.account_records()) account.each_entry(look);
  return hidden;
}

void hide_entries(index::Buffer& body, std::size_t from, const HiddenEntries& hidden) {
  if (hidden.empty()) return;
  index::JsonReader reader;
  const auto answer = reader.parse(body.view().substr(from));
  CONCORD_ASSERT(answer.has_value());  // we have just written it
  body.truncate(from);
  index::JsonWriter out(body);
  Hiding(out, hidden).copy(*answer);
}

}  // namespace concord::server
