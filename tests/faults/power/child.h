// What lives on the disk that is cut: writers, and the verifiers that come after them. The program
// power_child runs one of them:
//   power_child NAME prepare FOLDER          fills what the disk begins with
//   power_child NAME feed FOLDER SEED ROUND  writes for ever; acknowledges on descriptor 3
//   power_child NAME verify FOLDER FILE      0: each line of FILE is kept; 1: not, and says which
// Thread class: one-owner, but for Acknowledge (any-thread).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "index/base/result.h"

namespace concord::power {

/// One acknowledged event: the n-th of a round. Counted from 1.
struct EventName {
  std::uint32_t round = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const EventName&, const EventName&) = default;
};

struct Acknowledgement {
  EventName event;
  std::uint64_t revision = 0;  // as the writer was told it; 0: it has none
};

/// Tells the process outside of the disk; one write, so a killed writer tears no line.
void acknowledge(EventName event, std::uint64_t revision = 0);

/// What was acknowledged, in the order of the acknowledgements.
index::Result<std::vector<Acknowledgement>> acknowledged_in(const std::string& file);

/// The error of a verifier.
tl::unexpected<index::Error> lost(EventName event, const std::string& what);

struct Feed {
  std::string folder;
  std::uint64_t seed;
  std::uint32_t round;
};

/// One kind of writer. `feed` returns only with an error. A lost event is Code::damaged.
struct Kind {
  const char* name;
  const char* what;
  index::Result<void> (*prepare)(const std::string& folder);
  index::Result<void> (*feed)(const Feed& feed);
  index::Result<void> (*verify)(const std::string& folder,
                                std::span<const Acknowledgement> acknowledged);
};

std::span<const Kind> plain_kinds();       // plain_files.cc: the rig held against itself
std::span<const Kind> text_kinds();        // text_files.cc: what Xapian needs
std::span<const Kind> log_kinds();         // log_files.cc: the durable log alone
std::span<const Kind> live_kinds();        // live_base.cc
std::span<const Kind> generation_kinds();  // generation_files.cc

}  // namespace concord::power
