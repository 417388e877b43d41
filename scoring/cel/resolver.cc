#include "scoring/cel/resolver.h"

#include <algorithm>
#include <array>

#include "index/base/nearest.h"
#include "scoring/cel/checker.h"

namespace concord::cel {
namespace {

constexpr std::array<std::string_view, 12> kTypeNames = {"bool",
                                                         "int",
                                                         "uint",
                                                         "double",
                                                         "string",
                                                         "bytes",
                                                         "list",
                                                         "map",
                                                         "null_type",
                                                         "type",
                                                         "google.protobuf.Timestamp",
                                                         "google.protobuf.Duration"};

}  // namespace

Resolver::Found Resolver::exact(std::string_view name) const {
  Found found;
  found.variable = environment_.find(name);
  if (!found.variable) {
    const auto* it = std::find(kTypeNames.begin(), kTypeNames.end(), name);
    if (it != kTypeNames.end()) found.type_name = *it;
  }
  return found;
}

Resolver::Found Resolver::look_up(std::string_view dotted) const {
  if (dotted.starts_with('.')) return exact(dotted.substr(1));
  std::string_view container = environment_.container();
  while (!container.empty()) {
    const Found found = exact(std::string(container) + "." + std::string(dotted));
    if (found.variable || !found.type_name.empty()) return found;
    const std::size_t dot = container.rfind('.');
    container = dot == std::string_view::npos ? std::string_view() : container.substr(0, dot);
  }
  return exact(dotted);
}

std::vector<std::string> Resolver::names() const {
  std::vector<std::string> names;
  for (const Variable& variable : environment_.variables()) names.push_back(variable.name);
  return names;
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  return std::string(
      index::nearest(name, std::vector<std::string_view>(candidates.begin(), candidates.end())));
}

}  // namespace concord::cel
