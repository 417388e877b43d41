// What an employee writes while talking to a customer, made into events of concord's own: what was
// promised, told, noted, what is to be done, who takes over, what was granted. Pure: a body and the
// moment in, events out. Thread class: any-thread (functions over plain values).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/log/event.h"
#include "scoring/policy.h"
#include "server/routes_ask.h"

namespace concord::server {

enum class WriteKind : std::uint8_t { promises, facts, notes, tasks, handoffs, grants };
/// The last segment of the route.
std::string_view word(WriteKind kind);
std::optional<WriteKind> write_kind(std::string_view segment);
/// The kind of entry that is written; a hand-off is a task.
index::Kind entry_kind(WriteKind kind);

/// A body, read and checked as far as it can be without its customer.
struct Write {
  WriteKind kind = WriteKind::notes;
  std::string id;  // the client's, from the body; empty: none
  std::string actor;
  std::string department;
  index::wire::EntryT entry;  // its members; of a fact: key is the name, text the value
  std::string owner;          // of a hand-off: who takes over
  std::string owner_department;
  std::string grade;  // of a grant
  std::int64_t expected_left = 0;
  bool known = false;  // an entry of that key is there: this changes it. The caller finds out.
};

/// Faults name places of the body. `actor`: who writes when the body does not say.
Write read_write(WriteKind kind, index::JsonValue body, const scoring::Policy& policy,
                 std::string_view actor, Faults& faults);

/// What must be there when nothing of that key is known yet.
void check_first(const Write& write, Faults& faults);

/// Which write this is, the same for each repeat of it.
struct WriteName {
  std::string id;          // of its first event; others add a suffix
  index::Hash128 content;  // of what was asked: another content under one id is refused
};
/// `key` is the client's own word for this write; empty: nobody will repeat it. Two clients, and
/// two routes, never share a name.
WriteName name_of(const Write& write, std::string_view client, std::string_view key,
                  std::string_view customer_key, std::string_view body);

/// The key of the entry when the body names none.
std::string own_key(const WriteName& name);

/// An open promise or task whose owner follows a hand-off.
struct Owned {
  index::Kind kind = index::Kind::promise;
  std::string key;
  bool over = false;  // an earlier hand-off: this one takes its place
};

/// The events of a write, in order; the first one is about the entry itself.
std::vector<index::EventDraft> drafts_of(const Write& write, const WriteName& name,
                                         const std::string& identity, index::UnixMillis now,
                                         const std::vector<Owned>& moves);

}  // namespace concord::server
