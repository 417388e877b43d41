// JSON of any shape to the flat, typed attributes of an entry or a profile: objects become names
// with points between, lists become their JSON text, and what has no room of its own goes whole
// into the attribute `more`, so that nothing is lost. Thread class: one-owner.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/buffer.h"
#include "index/base/json_reader.h"
#include "index/log/event.h"

namespace concord::server {

class Attributes {
 public:
  using List = std::vector<std::unique_ptr<index::wire::AttributeT>>;

  void add(const std::string& name, index::JsonValue value);
  void add_time(const std::string& name, std::int64_t at_ms);
  /// Appends what was added to `out`; names that were null go to `cleared` (null: they are left
  /// out).
  void finish(List& out, std::vector<std::string>* cleared);

 private:
  void flatten(const std::string& name, index::JsonValue value, int depth);
  void keep_aside(const std::string& name, index::JsonValue value);

  List list_;
  std::vector<std::string> nulls_;
  std::set<std::string, std::less<>> names_;
  index::Buffer more_;  // members of a JSON object
};

}  // namespace concord::server
