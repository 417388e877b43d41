// The members of a request's JSON body, one by one, strictly: what is wrong with one becomes a
// fault at its pointer. Thread class: one-owner. Views borrow from the body's reader.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/limits.h"
#include "index/base/types.h"
#include "server/routes_ask.h"

namespace concord::server {

class BodyMembers {
 public:
  /// Requires: `body` is an object.
  BodyMembers(index::JsonValue body, Faults& faults) : body_(body), faults_(faults) {}

  [[nodiscard]] bool has(std::string_view name) const { return body_.find(name).has_value(); }
  /// Empty when absent; a text that is there is not empty.
  std::string_view text(std::string_view name, std::size_t bytes_max = index::kWordBytesMax);
  /// The same, and absence is a fault.
  std::string_view required_text(std::string_view name);
  bool flag(std::string_view name);             // false when absent
  std::int64_t time_ms(std::string_view name);  // kNoTime when absent
  /// A list of texts, or one text; at least one, each once.
  std::vector<std::string_view> required_texts(std::string_view name, std::size_t count_max);
  /// `text(name)`, which must be one of `known` when it is there.
  std::string_view word(std::string_view name, std::span<const std::string_view> known);
  /// Members that are not in `mine` are faults.
  void refuse_others(std::span<const std::string_view> mine);
  void wrong(std::string_view name, std::string detail);

 private:
  bool check_text(std::string_view name, std::string_view text, std::size_t bytes_max);

  index::JsonValue body_;
  Faults& faults_;
};

}  // namespace concord::server
