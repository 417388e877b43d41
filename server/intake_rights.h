// Which source may send what, and who may send for it.
// Thread class: immutable after construction (plain values).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/vocabulary.h"
#include "index/log/event.h"
#include "server/tokens.h"

namespace concord::server {

struct SourceRule {
  std::string name;
  std::string department;             // of its events that name none
  std::vector<index::EventType> may;  // empty: everything
};

/// What the base (or `serve --sources`) says about sources.
class SourceRegistry {
 public:
  /// `closed`: a source that is not among `rules` may send nothing.
  explicit SourceRegistry(std::vector<SourceRule> rules = {}, bool closed = false);
  /// Null: not known.
  [[nodiscard]] const SourceRule* find(std::string_view name) const;
  [[nodiscard]] std::span<const SourceRule> rules() const { return rules_; }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  std::vector<SourceRule> rules_;  // by name
  bool closed_;
};

/// The client behind a request, as far as intake asks. Scopes `source:NAME` limit him to these
/// sources; `merge`, `split` and `erase` are rights of their own.
struct Sender {
  std::string name;
  std::vector<std::string> sources;  // empty: any
  bool merge = true, split = true, erase = true;
};
Sender sender_of(const Client& client);

/// Our own events are written under index::kOwnSource; nobody else may use it.
/// Why this event may not be sent; empty: it may. `pointer` is the member that is not allowed.
struct Denial {
  std::string detail;
  std::string pointer;
};
std::optional<Denial> check_rights(const index::EventDraft& draft, const Sender& sender,
                                   const SourceRegistry& sources);

}  // namespace concord::server
