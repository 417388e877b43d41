// May we send this to the customer at one of his addresses? Consent per purpose × channel ×
// (customer or one identity) × brand, and the word of those who share an address.
// Thread class: one-owner.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "index/snapshot/snapshot.h"
#include "scoring/policy_data.h"

namespace concord::scoring {

/// From good to bad: what stands in the way of the best address.
enum class Consented : std::uint8_t {
  yes,
  unknown,            // nothing was said, and something must be
  crowded,            // too many share the address to know what all of them said
  refused_by_sharer,  // somebody else who holds the address wants nothing there
  refused,            // the customer
};

/// One customer's consents at `as_of`, worked out once for every purpose, channel and brand.
class Consents {
 public:
  /// Borrows all until the next reset().
  void reset(const PolicyData& policy, const index::Customer& customer, index::UnixMillis as_of);
  /// Bits of the channels that need an address, and for which the customer has one.
  std::uint64_t addresses();
  /// What is said of sending `purpose` for `brand` (empty: none) on a channel. One address that
  /// passes is enough.
  Consented to(index::Purpose purpose, std::uint32_t channel, std::string_view brand);

 private:
  struct Statement {  // the customer's own
    std::uint64_t channels = 0;
    std::uint32_t purposes = 0;
    bool refuses = false;  // it may do neither: what has expired says nothing
    bool grants = false;
    std::string_view brand;     // empty: every one
    std::string_view identity;  // empty: all of his addresses
  };
  struct Said {
    bool granted = false;
    bool refused = false;
  };
  void read();
  [[nodiscard]] Statement read(const index::wire::ConsentState& consent) const;
  [[nodiscard]] Said own_word(index::Purpose purpose, std::uint32_t channel, std::string_view brand,
                              const index::wire::Identity* identity, Said said) const;

  const PolicyData* policy_ = nullptr;
  const index::Customer* customer_ = nullptr;
  index::UnixMillis as_of_;
  bool is_read_ = false;
  std::uint32_t refused_ = 0;             // bits of the purposes about which something is refused
  std::vector<Statement> statements_;     // that do something
  std::vector<std::uint64_t> addresses_;  // by place of the identity: bits of channels
};

}  // namespace concord::scoring
