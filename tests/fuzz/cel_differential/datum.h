// A value of a variable, told to both evaluators: as JSON to the peer, as a cel::Value to ours.
// Thread class: one-owner; a value borrows from its datum.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "scoring/cel/program.h"

namespace concord::test {

struct Datum {
  cel::TypeKind kind = cel::TypeKind::null;
  std::int64_t number = 0;  // integer, boolean; seconds of a time; uinteger by its bits
  std::uint32_t nanos = 0;  // of a time, counted forward
  double real = 0;
  std::string text;          // string, bytes
  std::vector<Datum> parts;  // list; map: key, value, key, value…

  static Datum boolean(bool v) { return {cel::TypeKind::boolean, v ? 1 : 0, 0, 0, {}, {}}; }
  static Datum integer(std::int64_t v) { return {cel::TypeKind::integer, v, 0, 0, {}, {}}; }
  static Datum uinteger(std::uint64_t v) {
    return {cel::TypeKind::uinteger, static_cast<std::int64_t>(v), 0, 0, {}, {}};
  }
  static Datum floating(double v) { return {cel::TypeKind::floating, 0, 0, v, {}, {}}; }
  static Datum string(std::string v) { return {cel::TypeKind::string, 0, 0, 0, std::move(v), {}}; }
  static Datum bytes(std::string v) { return {cel::TypeKind::bytes, 0, 0, 0, std::move(v), {}}; }
  static Datum timestamp(std::int64_t seconds, std::uint32_t nanos) {
    return {cel::TypeKind::timestamp, seconds, nanos, 0, {}, {}};
  }
  static Datum duration(std::int64_t seconds, std::uint32_t nanos) {
    return {cel::TypeKind::duration, seconds, nanos, 0, {}, {}};
  }
  static Datum list(std::vector<Datum> v) {
    return {cel::TypeKind::list, 0, 0, 0, {}, std::move(v)};
  }
  static Datum map(std::vector<Datum> v) { return {cel::TypeKind::map, 0, 0, 0, {}, std::move(v)}; }
};

/// In the wire form that peer.mjs reads.
std::string to_json(const Datum& datum);
/// `keep` owns the parts of lists and maps.
cel::Value to_value(const Datum& datum, std::deque<std::vector<cel::Value>>& keep);

/// One text for one value and kind, the same on both sides: "i7", "d3ff8000000000000", "error".
std::string canonical(const cel::Value& value);

}  // namespace concord::test
