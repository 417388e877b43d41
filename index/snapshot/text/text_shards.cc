#include "index/snapshot/text/text_shards.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "index/base/assert.h"

namespace concord::index {
namespace {

constexpr std::size_t kSmallestClass = 512;  // documents

const std::shared_ptr<const std::vector<std::uint32_t>>& nobody() {
  static const auto none = std::make_shared<const std::vector<std::uint32_t>>();
  return none;
}

std::size_t size_class(std::size_t documents) {
  std::size_t size = 0;
  for (std::size_t full = kSmallestClass * kTextMergeAtOnce; documents >= full;
       full *= kTextMergeAtOnce)
    ++size;
  return size;
}

}  // namespace

bool TextShard::is_dead(std::uint32_t document) const {
  return std::binary_search(dead->begin(), dead->end(), document) || newly_dead.contains(document);
}

std::size_t TextShard::alive() const {
  return part->documents().rows().size() - dead->size() - newly_dead.size();
}

TextShards::TextShards(TextBase base, std::string folder)
    : base_(std::move(base)), folder_(std::move(folder)), revision_(base_.seq) {
  shards_.push_back({.number = 0, .part = base_.part, .dead = nobody()});
}

void TextShards::each_of(
    std::uint64_t owner,
    const std::function<void(std::size_t shard, std::uint32_t document)>& visit) const {
  for (std::size_t i = 0; i < shards_.size(); ++i)
    for (const std::uint32_t document : shards_[i].part->of_owner(owner))
      if (!shards_[i].is_dead(document)) visit(i, document);
}

const DocRow& TextShards::row(std::size_t shard, std::uint32_t document) const {
  return shards_[shard].part->documents().rows()[document - 1];
}

void TextShards::kill(std::size_t shard, std::uint32_t document) {
  CONCORD_ASSERT(!shards_[shard].is_dead(document));
  shards_[shard].newly_dead.insert(document);
}

std::vector<std::uint64_t> TextShards::to_merge(bool quiet) const {
  struct Candidate {
    std::size_t alive;
    std::uint64_t number;
  };
  std::vector<Candidate> live;
  for (std::size_t i = 1; i < shards_.size(); ++i)
    live.push_back({shards_[i].alive(), shards_[i].number});
  std::sort(live.begin(), live.end(), [](const Candidate& a, const Candidate& b) {
    return a.alive != b.alive ? a.alive < b.alive : a.number < b.number;
  });
  std::vector<std::uint64_t> out;
  const auto take = [&](std::size_t begin, std::size_t count) {
    for (std::size_t i = begin; i < begin + count; ++i) out.push_back(live[i].number);
    std::sort(out.begin(), out.end());
    return out;
  };
  for (std::size_t begin = 0; begin + kTextMergeAtOnce <= live.size(); ++begin)
    if (size_class(live[begin].alive) == size_class(live[begin + kTextMergeAtOnce - 1].alive))
      return take(begin, kTextMergeAtOnce);
  for (std::size_t i = 1; i < shards_.size(); ++i)
    if (2 * shards_[i].alive() < shards_[i].part->documents().rows().size())
      return {shards_[i].number};
  if (!quiet) return out;
  std::size_t smaller = 0;  // documents of the shards before this one
  std::size_t count = 0;
  while (count < live.size() && (count < 2 || live[count].alive <= 4 * smaller))
    smaller += live[count++].alive;
  return count > 1 && live.size() > 2 ? take(0, count) : out;
}

bool TextShards::replace(const TextShards& before, const std::vector<std::uint64_t>& sources,
                         TextShard merged) {
  std::size_t alive = 0;
  std::vector<TextShard> kept;
  for (TextShard& shard : shards_) {
    if (!std::binary_search(sources.begin(), sources.end(), shard.number)) {
      kept.push_back(std::move(shard));
      continue;
    }
    alive += shard.alive();
    const auto was = std::find_if(before.shards_.begin(), before.shards_.end(),
                                  [&](const TextShard& one) { return one.number == shard.number; });
    CONCORD_ASSERT(was != before.shards_.end());
    const auto died = [&](std::uint32_t document) {
      if (was->is_dead(document)) return;
      const DocRef ref = shard.part->documents().rows()[document - 1].ref();
      if (const std::uint32_t moved = merged.part->number_of(ref); moved != 0)
        merged.newly_dead.insert(moved);
    };
    std::for_each(shard.dead->begin(), shard.dead->end(), died);
    std::for_each(shard.newly_dead.begin(), shard.newly_dead.end(), died);
  }
  const bool whole = merged.alive() == alive;
  if (alive > 0)
    kept.push_back(std::move(merged));
  else
    merged.part->retire();
  shards_ = std::move(kept);
  return whole;
}

std::shared_ptr<const TextIndex> TextShards::freeze(EventSeq revision) {
  revision_ = revision;
  std::vector<TextMember> members;
  for (TextShard& shard : shards_) {
    if (!shard.newly_dead.empty()) {
      std::vector<std::uint32_t> dead;
      dead.reserve(shard.dead->size() + shard.newly_dead.size());
      std::merge(shard.dead->begin(), shard.dead->end(), shard.newly_dead.begin(),
                 shard.newly_dead.end(), std::back_inserter(dead));
      shard.dead = std::make_shared<const std::vector<std::uint32_t>>(std::move(dead));
      shard.newly_dead.clear();
    }
    const bool all_dead = shard.number != 0 && shard.alive() == 0;
    if (!all_dead) members.push_back({shard.part, shard.dead->empty() ? nullptr : shard.dead});
  }
  return std::make_shared<const TextIndex>(std::move(members), revision);
}

std::uint64_t TextShards::number_max() const {
  std::uint64_t most = 0;
  for (const TextShard& shard : shards_) most = std::max(most, shard.number);
  return most;
}

std::uint64_t TextShards::bytes() const {
  std::uint64_t sum = 0;
  for (const TextShard& shard : shards_)
    for (const TextFileSum& file : shard.files) sum += file.bytes;
  return sum;
}

void TextShards::retire_all_but(const TextShards& kept) const {
  for (const TextShard& shard : shards_) {
    const auto same = [&](const TextShard& one) { return one.part == shard.part; };
    if (shard.number != 0 && std::none_of(kept.shards_.begin(), kept.shards_.end(), same))
      shard.part->retire();
  }
}

}  // namespace concord::index
