// Every bound of the engine in one place. A bound that is a matter of taste is a setting instead.
// Thread class: immutable.
#pragma once
#include <cstddef>
#include <cstdint>

namespace concord::index {

inline constexpr std::size_t kEventBytesMax = 256 * 1024;     // one encoded event
inline constexpr std::size_t kTextBytesMax = 64 * 1024;       // `text` of an entry
inline constexpr std::size_t kDecisionBytesMax = 224 * 1024;  // what is kept of one decision
inline constexpr std::size_t kSubjectBytesMax = 1024;         // `subject`
inline constexpr std::size_t kWordBytesMax = 256;             // keys, names, status words, ids
inline constexpr std::size_t kIdentitiesPerEventMax = 32;
inline constexpr std::size_t kLinksPerEntryMax = 32;
inline constexpr std::size_t kAttributesPerEntryMax = 64;
inline constexpr std::size_t kParticipantsMax = 32;
inline constexpr std::size_t kAttachmentsMax = 32;
inline constexpr std::uint32_t kTimelineLimitMax = 500;  // entries in one answer
inline constexpr std::uint32_t kTimelineLimitDefault = 20;
inline constexpr std::size_t kCandidatesMax = 20;  // owners listed for an ambiguous key

// HTTP (reference values: a strict front for small JSON questions).
inline constexpr std::size_t kHttpHeaderBytesMax = 8 * 1024;
inline constexpr std::size_t kHttpFieldsMax = 64;
inline constexpr std::size_t kHttpUriBytesMax = 2 * 1024;
inline constexpr std::size_t kHttpBodyBytesMax = 64 * 1024;
inline constexpr std::int64_t kHttpRequestMsMax = 10'000;  // first byte to last byte
inline constexpr std::int64_t kHttpIdleMsMax = 60'000;     // between requests
inline constexpr std::uint32_t kHttpRequestsPerConnectionMax = 1'000'000;
inline constexpr std::size_t kHttpConnectionsMax = 16'384;
inline constexpr std::size_t kHttpStreamsMax = 1'024;
inline constexpr std::size_t kHttpBodiesInFlightBytesMax = 256 * 1024 * 1024;

}  // namespace concord::index
