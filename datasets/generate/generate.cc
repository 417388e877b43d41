#include "datasets/generate/generate.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <vector>

#include "datasets/generate/expected.h"
#include "datasets/generate/output.h"
#include "datasets/generate/shared_rows.h"
#include "datasets/generate/sources_text.h"
#include "datasets/generate/stories.h"
#include "index/base/files.h"
#include "index/base/parallel.h"

namespace concord::datasets {
namespace {

using index::Code;
using index::fail;
using index::Result;

// Fixed, so that the pieces (and with them the compressed bytes) never depend on the threads.
constexpr std::uint32_t kChunkCustomers = 128;
constexpr std::uint32_t kWaveChunks = 64;  // held in memory at once: about 60 MB

/// What one chunk wrote, ready for the disk.
struct Chunk {
  explicit Chunk(std::uint64_t seed, std::uint64_t number) : sink(seed, number) {}
  Sink sink;
  std::array<Piece, kExtractCount> packed;
};

void pack(Chunk& chunk) {
  for (std::size_t i = 0; i < kExtractCount; ++i) {
    if (!is_compressed(spec_of(static_cast<Extract>(i)))) continue;
    chunk.sink.rows[i].append(chunk.sink.late[i].view());
    add_compressed(chunk.packed[i], chunk.sink.rows[i].view());
    chunk.sink.rows[i] = index::Buffer();
    chunk.sink.late[i] = index::Buffer();
  }
}

std::unique_ptr<Chunk> tell_chunk(const World& world, std::uint32_t begin, std::uint32_t end) {
  auto chunk = std::make_unique<Chunk>(world.seed(), 1 + begin / kChunkCustomers);
  for (std::uint32_t index = begin; index < end; ++index) {
    const Person person = world.person(index);
    Teller teller(world, person, chunk->sink);
    tell_who(teller);
    tell_life(teller);
  }
  pack(*chunk);
  return chunk;
}

/// All files of one run, and the sums over its chunks.
class Writer {
 public:
  Result<void> open(const std::string& folder) {
    for (std::size_t i = 0; i < kExtractCount; ++i) {
      const ExtractSpec& spec = spec_of(static_cast<Extract>(i));
      const bool packed = is_compressed(spec);
      const std::filesystem::path path = std::filesystem::path(folder) / spec.path;
      std::error_code failed;
      std::filesystem::create_directories(path.parent_path(), failed);
      if (failed) return fail(Code::io_error, failed.message(), path.parent_path().string());
      if (auto opened = files_[i].open(path.string(), packed); !opened) return opened;
      if (auto added = add_header(i, packed); !added) return added;
    }
    if (auto opened = truth_.open(folder + "/truth.csv", false); !opened) return opened;
    return truth_.add("identity,person\n");
  }

  Result<void> add(const Chunk& chunk) {
    for (std::size_t i = 0; i < kExtractCount; ++i) {
      if (is_compressed(spec_of(static_cast<Extract>(i)))) {
        if (auto added = files_[i].add(chunk.packed[i]); !added) return added;
      } else {
        if (auto added = files_[i].add(chunk.sink.rows[i].view()); !added) return added;
        if (auto added = files_[i].add(chunk.sink.late[i].view()); !added) return added;
      }
      counts_[i].add(chunk.sink.counts[i]);
    }
    for (std::size_t i = 0; i < kStoryCount; ++i) stories_[i] += chunk.sink.stories[i];
    identities_ += chunk.sink.identities;
    entries_max_ = std::max(entries_max_, chunk.sink.entries_max);
    return truth_.add(chunk.sink.truth.view());
  }

  Result<void> close() {
    for (OutputFile& file : files_)
      if (auto closed = file.close(); !closed) return closed;
    return truth_.close();
  }

  [[nodiscard]] const auto& counts() const { return counts_; }
  [[nodiscard]] GenerateReport report(const World& world) const {
    ExtractCounts sum;
    for (const ExtractCounts& one : counts_) sum.add(one);
    GenerateReport r{.customers = world.customers(),
                     .accounts = world.accounts().size(),
                     .rows = sum.rows,
                     .entries = sum.entries,
                     .texts = sum.texts,
                     .rejected = sum.rejected(),
                     .duplicates = sum.duplicates,
                     .identities = identities_,
                     .entries_max = entries_max_,
                     .bytes = truth_.bytes(),
                     .stories = {}};
    for (const OutputFile& file : files_) r.bytes += file.bytes();
    for (std::size_t i = 0; i < kStoryCount; ++i)
      r.stories[std::string(word(static_cast<Story>(i)))] = stories_[i];
    return r;
  }

 private:
  Result<void> add_header(std::size_t i, bool packed) {
    index::Buffer header;
    append_header(header, static_cast<Extract>(i));
    if (!packed) return files_[i].add(header.view());
    Piece piece;
    add_compressed(piece, header.view());
    return files_[i].add(piece);
  }

  std::array<OutputFile, kExtractCount> files_;
  OutputFile truth_;
  std::array<ExtractCounts, kExtractCount> counts_{};
  std::array<std::uint64_t, kStoryCount> stories_{};
  std::uint64_t identities_ = 0;
  std::uint64_t entries_max_ = 0;
};

Result<void> write_shared(const World& world, Writer& writer) {
  Chunk shared(world.seed(), 0);
  tell_releases(world, shared.sink);
  tell_handbook(shared.sink);
  pack(shared);
  return writer.add(shared);
}

Result<void> write_customers(const World& world, unsigned threads, Writer& writer,
                             const GenerateProgress& progress) {
  const std::uint32_t total = world.customers();
  constexpr std::uint32_t kWave = kChunkCustomers * kWaveChunks;
  for (std::uint32_t from = 0; from < total; from += std::min(kWave, total - from)) {
    const std::uint32_t count = std::min(kWave, total - from);
    std::vector<std::unique_ptr<Chunk>> wave((count + kChunkCustomers - 1) / kChunkCustomers);
    index::parallel_chunks(count, kChunkCustomers, threads,
                           [&](std::size_t begin, std::size_t end, std::size_t chunk) {
                             wave[chunk] =
                                 tell_chunk(world, from + static_cast<std::uint32_t>(begin),
                                            from + static_cast<std::uint32_t>(end));
                           });
    for (std::unique_ptr<Chunk>& chunk : wave) {
      if (auto added = writer.add(*chunk); !added) return added;
      chunk.reset();
    }
    if (progress) progress(from + count, total);
  }
  return {};
}

Result<void> check(const GenerateOptions& options) {
  if (options.customers == 0 || options.customers > kCustomersMax)
    return fail(Code::bad_input, "customers: 1 to " + std::to_string(kCustomersMax) + ", not " +
                                     std::to_string(options.customers));
  if (options.out.empty()) return fail(Code::bad_input, "out: name a folder to write into");
  return {};
}

}  // namespace

Result<GenerateReport> generate(const GenerateOptions& options, const GenerateProgress& progress) {
  if (auto checked = check(options); !checked) return fail(checked.error());
  const std::string mapping = options.out + "/sources.toml";
  std::error_code ignored;
  std::filesystem::remove(mapping, ignored);  // until the new world is whole
  Writer writer;
  if (auto opened = writer.open(options.out); !opened) return fail(opened.error());
  const World world(options.customers, options.seed);
  if (auto written = write_shared(world, writer); !written) return fail(written.error());
  if (auto written = write_customers(world, options.threads, writer, progress); !written)
    return fail(written.error());
  if (auto closed = writer.close(); !closed) return fail(closed.error());
  GenerateReport report = writer.report(world);
  const std::string expected = expected_json(options, report, writer.counts());
  if (auto written = index::write_file_durably(options.out + "/expected.json", expected); !written)
    return fail(written.error());
  if (auto written = index::write_file_durably(mapping, kSourcesToml); !written)
    return fail(written.error());
  return report;
}

}  // namespace concord::datasets
