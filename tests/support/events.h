// Short ways to say what a department reports, for stories in tests.
// Thread class: one-owner.
#pragma once
#include <string>
#include <vector>

#include "index/log/event.h"

namespace concord::test {

/// Starts an event; fill in what it says with the members below or on `draft` itself.
class Saying {
 public:
  Saying(std::string source, std::string id, std::int64_t at_ms);
  Saying& of(std::initializer_list<const char*> identities);
  Saying& department(std::string name);

  Saying& entry(index::Kind kind, std::string key);
  Saying& retract(index::Kind kind, std::string key, std::string reason);
  Saying& consent(std::string purpose, std::string channel, index::ConsentState state);
  Saying& membership(std::string account, std::string role);
  Saying& profile(std::string name);
  Saying& fact(std::string name, std::string value);
  Saying& merge(std::string into, std::string from);

  /// The entry being said. Requires: entry() or retract() before.
  index::wire::EntryT& it() { return *draft.entry; }
  Saying& state(index::StateType state);
  Saying& due(std::int64_t at_ms);
  Saying& closed(std::int64_t at_ms);
  Saying& subject(std::string text);
  Saying& text(std::string text);
  Saying& topic(std::string text);
  Saying& links(std::vector<std::string> all);
  Saying& clear(index::wire::EntryField field);

  [[nodiscard]] std::string bytes() const;

  index::EventDraft draft;
};

}  // namespace concord::test
