// Right first, fast second: answers worked out another way, to be held against the fast ones before
// a time is taken. Each function returns what differs; empty: nothing.
// Thread class: any-thread (pure functions over an opened world).
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "bench/world.h"
#include "scoring/batch.h"
#include "scoring/decide.h"

namespace concord::bench {

/// Every event of the base's extracts, encoded, in log order.
std::vector<std::string> events_of(const World& world);

/// `count` context answers against the slow engine of tests/oracle, which works them out of the raw
/// events. It holds all events in memory: for bases of up to kOracleCustomersMax.
std::string differs_from_oracle(const World& world, std::size_t count);
inline constexpr std::size_t kOracleCustomersMax = 20'000;

/// `count` served answers against a scan: who holds the key is found by looking at every record,
/// the timeline by sorting all entries of that record.
std::string differs_from_scan(const World& world, std::size_t count);

/// One decision against its own arithmetic: every action is ranked or dropped exactly once, counts
/// add up, each priority is floor(P·C·V·L / 10¹²) in wide integers, the order is the one promised.
std::string wrong_in(const scoring::Policy& policy, const scoring::Decision& decision);

/// The lines of decide_all against `count` customers decided one by one with fresh memory.
std::string batch_differs(const World& world, std::size_t count);

}  // namespace concord::bench
