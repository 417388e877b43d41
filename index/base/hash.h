// Hashes: fast ones for tables and checks (xxHash), a strong one for the chain and files (BLAKE2b).
// Thread class: any-thread (pure functions); Blake2b is one-owner. Values are part of stored
// formats: never change a seed.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "index/base/types.h"

namespace concord::index {

std::uint64_t hash64(std::string_view bytes);
Hash128 hash128(std::string_view bytes);

/// BLAKE2b, 128 bits, unkeyed: for the event chain. to_hex of it is what `b2sum -l 128` prints.
Hash128 blake2b_128(std::string_view bytes);

/// Drawn from the machine's random source: a salt. No answer may depend on it.
Hash128 random_128();

/// BLAKE2b-256 in pieces: for whole files.
class Blake2b {
 public:
  Blake2b();
  ~Blake2b();
  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;
  void add(std::string_view bytes);
  /// Lower-case hex, 64 characters. Call once.
  std::string finish_hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Spreads the bits of a 64-bit key (Stafford's variant 13 of the murmur finalizer).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

}  // namespace concord::index
