// A validator for the JSON Schemas in server/schemas (draft 2020-12): the keywords used there, and
// a refusal of every other one, so that no promise in a schema goes unchecked. One keyword of ours:
// "x-concord-ordered": true demands that members come in the order in which `properties` names
// them. Thread class: one-owner.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"

namespace concord::tests {

class SchemaSet {
 public:
  /// Reads every `*.schema.json` of a folder. Asserts that each one parses.
  explicit SchemaSet(const std::string& folder);
  ~SchemaSet();

  /// What is wrong with `json` by schema `name` ("context"): "/attention/0/kind: …", one a line of
  /// the list; empty when it is valid.
  [[nodiscard]] std::vector<std::string> problems(std::string_view name, std::string_view json);
  /// The same for a schema given as text (its references go to the folder's files).
  [[nodiscard]] std::vector<std::string> problems_by(std::string_view schema,
                                                     std::string_view json);
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Document;
  std::map<std::string, std::unique_ptr<Document>, std::less<>> documents_;
};

}  // namespace concord::tests
