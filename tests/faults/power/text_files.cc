// Writers of a Xapian database that commits often, as the live text index does: Xapian renames its
// version file and does not sync the folder, so whoever acknowledges a commit must do that.
#include <xapian.h>
#include <array>
#include <filesystem>

#include "index/base/files.h"
#include "tests/faults/power/child.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr unsigned kEventsACommit = 5;

std::string folder_of(const std::string& folder) { return folder + "/text"; }

Result<void> prepare(const std::string& folder) try {
  const Xapian::WritableDatabase made(folder_of(folder), Xapian::DB_CREATE_OR_OPEN);
  return {};
} catch (const Xapian::Error& error) {
  return fail(Code::io_error, error.get_description(), folder_of(folder));
}

std::string term_of(EventName event) {
  return "Q" + std::to_string(event.round) + "-" + std::to_string(event.number);
}

template <bool kSyncFolder>
Result<void> feed(const Feed& feed) try {
  const std::string folder = folder_of(feed.folder);
  Xapian::WritableDatabase database(folder, Xapian::DB_OPEN);
  for (EventName event{feed.round, 1};; ++event.number) {
    Xapian::Document document;
    document.add_boolean_term(term_of(event));
    document.set_data(std::string(200, 'w'));
    database.add_document(document);
    if (event.number % kEventsACommit != 0) continue;
    database.commit();
    if (kSyncFolder)
      if (const Result<void> done = index::sync_folder(folder); !done) return done;
    for (std::uint64_t n = event.number - kEventsACommit + 1; n <= event.number; ++n)
      acknowledge({event.round, n});
  }
} catch (const Xapian::Error& error) {
  return fail(Code::io_error, error.get_description(), feed.folder);
}

Result<void> verify(const std::string& folder, std::span<const Acknowledgement> acknowledged) try {
  const Xapian::Database database(folder_of(folder));
  for (const Acknowledgement& one : acknowledged)
    if (!database.term_exists(term_of(one.event)))
      return lost(one.event, "acknowledged, but not there");
  return {};
} catch (const Xapian::Error& error) {
  return fail(Code::damaged, error.get_description(), folder_of(folder));
}

constexpr std::array<Kind, 2> kKinds{{
    {"text-synced", "Xapian commits, syncs the folder, acknowledges", prepare, feed<true>, verify},
    {"text-early", "planted: Xapian commits, the folder is not synced", prepare, feed<false>,
     verify},
}};

}  // namespace

std::span<const Kind> text_kinds() { return kKinds; }

}  // namespace concord::power
