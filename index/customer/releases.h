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

class Releases {
 public:
  /// `bytes`: an encoded entry event of kind release without a customer.
  void add(EventSeq seq, std::string_view bytes);
  /// Adds every release the record waits for now, marked `spread`: for publishing. They are derived
  /// from the record's links each time and never read back, so that the order of link and release
  /// does not matter. An entry the record has by name stays as it is.
  void apply_to(CustomerRecord& record) const;

  struct Stored {
    EventSeq seq;
    std::string bytes;
  };
  [[nodiscard]] const std::vector<Stored>& all() const { return all_; }

  /// True for an entry event that is spread by its links instead of naming a customer.
  static bool is_release(const wire::Event& event);
  /// The defects a record's entries are or link to: sorted, each once.
  static std::vector<std::string> awaited(const CustomerRecord& record);

 private:
  std::vector<Stored> all_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_link_;  // numbers into all_
};

}  // namespace concord::index
