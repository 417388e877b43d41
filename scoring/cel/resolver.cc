#include "scoring/cel/resolver.h"

#include <algorithm>
#include <array>

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

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

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
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name.size() + 3 || name.size() > candidate.size() + 3) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace concord::cel
