#include "server/intake_rights.h"

#include <algorithm>

#include "index/sources.h"

namespace concord::server {
namespace {

using index::EventType;

bool lacks_scope(EventType type, const Sender& sender) {
  return (type == EventType::merge && !sender.merge) ||
         (type == EventType::split && !sender.split) || (type == EventType::erase && !sender.erase);
}

// A heartbeat says only that the source is alive: whoever may send at all may send it.
bool in_may(const SourceRule& rule, EventType type) {
  return rule.may.empty() || type == EventType::heartbeat ||
         std::find(rule.may.begin(), rule.may.end(), type) != rule.may.end();
}

}  // namespace

SourceRegistry::SourceRegistry(std::vector<SourceRule> rules, bool closed)
    : rules_(std::move(rules)), closed_(closed) {
  std::sort(rules_.begin(), rules_.end(),
            [](const SourceRule& a, const SourceRule& b) { return a.name < b.name; });
}

const SourceRule* SourceRegistry::find(std::string_view name) const {
  const auto at = std::lower_bound(
      rules_.begin(), rules_.end(), name,
      [](const SourceRule& rule, std::string_view one) { return rule.name < one; });
  return at != rules_.end() && at->name == name ? &*at : nullptr;
}

Sender sender_of(const Client& client) {
  constexpr std::string_view kPrefix = "source:";
  Sender sender;
  sender.name = client.name;
  sender.merge = client.has("merge");
  sender.split = client.has("split");
  sender.erase = client.has("erase");
  for (const std::string& scope : client.scopes)
    if (scope.starts_with(kPrefix)) sender.sources.push_back(scope.substr(kPrefix.size()));
  return sender;
}

std::optional<Denial> check_rights(const index::EventDraft& draft, const Sender& sender,
                                   const SourceRegistry& sources) {
  const auto type = static_cast<EventType>(draft.type);
  const std::string what(index::word(type));
  if (draft.source == index::kOwnSource)
    return Denial{"\"concord\" is the service's own name: no source may use it", "/source"};
  if (!sender.sources.empty() &&
      std::find(sender.sources.begin(), sender.sources.end(), draft.source) == sender.sources.end())
    return Denial{"is \"" + draft.source + "\"; the token of " + sender.name +
                      " is limited to other sources by its scopes source:…",
                  "/source"};
  if (lacks_scope(type, sender))
    return Denial{"needs the scope " + what + ", which the token of " + sender.name + " lacks",
                  "/" + what};
  const SourceRule* const rule = sources.find(draft.source);
  if (rule == nullptr) {
    if (!sources.closed()) return std::nullopt;
    return Denial{"is \"" + draft.source + "\", which sources.toml does not name", "/source"};
  }
  if (in_may(*rule, type)) return std::nullopt;
  return Denial{draft.source + " may not send this: its `may` does not name it", "/" + what};
}

}  // namespace concord::server
