// What stands between a request's body and the log: one item for each thing the client said, either
// as events ready to be checked and logged, or with the reason why not. Every reader (native lines,
// Segment, CloudEvents, change records) makes the same items.
// Thread class: one-owner (IntakeItem, IntakeAsk); Known and IntakeMapping any-thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/json_reader.h"
#include "index/base/result.h"
#include "index/base/types.h"
#include "index/customer/identity.h"
#include "index/log/event.h"
#include "server/intake_rights.h"

namespace concord::server {

class IntakeMapping;

/// Items of one body: each costs memory of its own.
inline constexpr std::size_t kItemsMax = 50'000;
index::Error too_many_items();
/// One line of JSON, one event of a batch, one change record: at most.
inline constexpr std::size_t kItemBytesMax = 512UL * 1024;

/// Why an item is refused. `code` is a stable word (docs/api.md lists them).
struct Fault {
  std::string code;
  std::string detail;
  std::string pointer;  // into the item
};
Fault fault_of(const index::Error& error);

struct IntakeItem {
  std::uint32_t line = 0;  // of NDJSON; elsewhere the place in the batch; from 1
  std::string id;          // as the client wrote it, when it can be read
  std::string source;
  std::string format;    // how to read `raw` again: "native", "segment/track", "change", …
  std::string_view raw;  // valid during the call
  std::vector<index::EventDraft> drafts;  // what it says; none: refused or skipped
  std::optional<index::Hash128> content;  // tells a repeat where the events hold times of our own
  std::optional<Fault> fault;
};
using ItemSink = std::function<void(IntakeItem&&)>;

/// What the base knows by now.
class Known {
 public:
  virtual ~Known() = default;
  [[nodiscard]] virtual bool is_known(std::string_view identity) const = 0;
  /// May `anonymous` be joined to `user`? False: it belongs to another user by now. True: it counts
  /// as this user's from here on, also for what is still on its way into the base.
  virtual bool claim(std::string_view anonymous, std::string_view user) = 0;
};

/// What goes with a body: who sends it, and what the request said beside it.
struct IntakeAsk {
  Sender sender;
  std::string source;      // for items that name none
  std::string department;  // likewise
  std::string mapping;     // of change records that do not name their table
  index::UnixMillis received_at;
  const SourceRegistry* sources = nullptr;
  const IntakeMapping* mappings = nullptr;                // null: none
  Known* known = nullptr;                                 // null: nothing is known
  const index::IdentityNormaliser* normaliser = nullptr;  // of the base
  std::string user_type = "user_id";                      // identity types of Segment's two ids
  std::string anonymous_type = "anonymous_id";
};

/// Fills in source and department, looks at the rights; a fault replaces the drafts.
void finish_item(IntakeItem& item, const IntakeAsk& ask);
IntakeItem refused_item(std::uint32_t line, std::string_view raw, std::string format, Fault fault);
/// The member `name` of `object` when it is a text (or a number, written as text), else empty.
std::string text_member(index::JsonValue object, std::string_view name);

}  // namespace concord::server
