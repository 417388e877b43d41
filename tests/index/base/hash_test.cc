// Promise: hashes never change: their values are stored in generations and in the event chain. The
// BLAKE2b values were computed with Python's hashlib, the empty XXH3 ones stand in xxHash's own
// tests.
#include "index/base/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace concord::index {
namespace {

std::string blake2b_in_pieces(std::string_view bytes, std::size_t piece) {
  Blake2b hash;
  for (std::size_t at = 0; at < bytes.size(); at += piece) hash.add(bytes.substr(at, piece));
  return hash.finish_hex();
}

std::string thousand_bytes() {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

TEST(StoredHashes, Xxh3) {
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(hash64("abc"), 0x78af5f94892f3950ULL);
  EXPECT_EQ(hash64("email:ann@example.test"), 0x2185c734d5cef312ULL);
  EXPECT_EQ(hash64(thousand_bytes()), 0xd33dd80b46f60e50ULL);
  EXPECT_EQ(to_hex(hash128("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(to_hex(hash128("abc")), "06b05ab6733a618578af5f94892f3950");
  EXPECT_EQ(to_hex(hash128("email:ann@example.test")), "9185ea96ec5870ee76828087f733cecd");
  EXPECT_EQ(to_hex(hash128(thousand_bytes())), "076f7e02b7120d2ad33dd80b46f60e50");
}

TEST(StoredHashes, Blake2b) {
  EXPECT_EQ(to_hex(blake2b_128("")), "cae66941d9efbd404e4d88758ea67670");
  EXPECT_EQ(to_hex(blake2b_128("abc")), "cf4ab791c62b8d2b2109c90275287816");
  EXPECT_EQ(to_hex(blake2b_128("concord")), "3b3173f6a532005c230b252adbdf8e7c");
  EXPECT_EQ(blake2b_in_pieces("", 1),
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(blake2b_in_pieces("abc", 3),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(StoredHashes, Mix64) {
  EXPECT_EQ(mix64(0), 0U);
  EXPECT_EQ(mix64(1), 0x5692161d100b05e5ULL);
  EXPECT_EQ(mix64(2), 0xdbd238973a2b148aULL);
  EXPECT_EQ(mix64(~0ULL), 0xb4d055fcf2cbbd7bULL);
}

RC_GTEST_PROP(Hashes, Blake2bInPiecesIsBlake2b, (std::string bytes)) {
  const std::size_t piece = *rc::gen::inRange<std::size_t>(1, 200);
  RC_ASSERT(blake2b_in_pieces(bytes, piece) == blake2b_in_pieces(bytes, bytes.size() + 1));
}

RC_GTEST_PROP(Hashes, OneBitMakesAnother, (std::string bytes, std::uint16_t bit)) {
  RC_PRE(!bytes.empty());
  std::string other = bytes;
  other[bit / 8 % bytes.size()] ^= static_cast<char>(1 << (bit % 8));
  RC_ASSERT(hash64(bytes) != hash64(other));
  RC_ASSERT(hash128(bytes) != hash128(other));
  RC_ASSERT(blake2b_128(bytes) != blake2b_128(other));
}

TEST(Hashes, Mix64KeepsKeysApart) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 100'000; ++i) seen.insert(mix64(i) >> 16);
  EXPECT_EQ(seen.size(), 100'000U);
}

}  // namespace
}  // namespace concord::index
