// Who waits for which fix: a release names the defects it fixes by links, without a customer; every
// customer with an entry that is, or links to, one of them gets the release on his timeline.
// Thread class: one-owner while adding; const calls any-thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "index/customer/record.h"

namespace concord::index {

/// Defects, and how many entries are or link to each.
using Awaits = std::map<std::string, std::uint32_t, std::less<>>;

class Releases {
 public:
  /// `bytes`: an encoded entry event of kind release without a customer.
  void add(EventSeq seq, std::string_view bytes);
  /// Adds every release the record waits for now, marked `spread`: for publishing. They are derived
  /// from the record's links each time and never read back, so that the order of link and release
  /// does not matter. An entry the record has by name stays as it is.
  void apply_to(CustomerRecord& record) const;

  /// Releases as entries, marked `spread`, by id.
  using Spread = std::map<std::string, EntryState, std::less<>>;
  /// What somebody who waits for `defects` gets. Ids of his own entries are not left out.
  [[nodiscard]] Spread spread_to(const Awaits& defects) const;
  /// Is there a release of this defect?
  [[nodiscard]] bool releases(std::string_view defect) const {
    return by_link_.find(defect) != by_link_.end();
  }

  struct Stored {
    EventSeq seq;
    std::string bytes;
  };
  [[nodiscard]] const std::vector<Stored>& all() const { return all_; }

  /// True for an entry event that is spread by its links instead of naming a customer.
  static bool is_release(const wire::Event& event);
  /// The defects an entry is or links to, each once, sorted; a withdrawn one none.
  static std::vector<std::string> awaited(const EntryState& entry);
  /// The same over all entries of a record, counted.
  static Awaits awaited(const CustomerRecord& record);

 private:
  std::vector<Stored> all_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_link_;  // numbers into all_
};

}  // namespace concord::index
