#include "index/knowledge_book.h"

#include <algorithm>

#include "index/base/assert.h"

namespace concord::index {

const KnowledgePage* KnowledgePages::find(std::uint64_t hash) const {
  const auto at =
      std::lower_bound(pages_.begin(), pages_.end(), hash,
                       [](const auto& page, std::uint64_t h) { return page.first < h; });
  return at == pages_.end() || at->first != hash ? nullptr : at->second.get();
}

void KnowledgeBook::begin(std::vector<KnowledgePage> pages) {
  const std::scoped_lock lock(mutex_);
  words_.clear();
  for (KnowledgePage& page : pages) {
    const std::uint64_t hash = page.hash;
    words_[hash] = {{0, std::make_shared<const KnowledgePage>(std::move(page))}};
  }
  lost_below_ = 0;
  newest_ = 0;
  last_ = nullptr;
}

void KnowledgeBook::said(const wire::Event& event, EventSeq seq, EventSeq published) {
  auto page = std::make_shared<const KnowledgePage>(knowledge_page(event));
  const std::scoped_lock lock(mutex_);
  std::vector<Word>& words = words_[page->hash];
  if (!words.empty() && page->at_ms < words.back().page->at_ms) return;
  words.push_back({seq, std::move(page)});
  newest_ = seq;
  std::size_t needless = 0;
  while (needless + 1 < words.size() && words[needless + 1].seq <= published) ++needless;
  if (needless == 0) return;
  lost_below_ = std::max(lost_below_, words[needless].seq);
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(needless));
}

std::vector<std::shared_ptr<const KnowledgePage>> KnowledgeBook::words(EventSeq at) const {
  const std::scoped_lock lock(mutex_);
  CONCORD_ASSERT(newest_ <= at);
  std::vector<std::shared_ptr<const KnowledgePage>> out;
  for (const auto& [hash, words] : words_) out.push_back(words.back().page);
  return out;
}

std::optional<KnowledgeBook::Known> KnowledgeBook::at(EventSeq at, EventSeq after) const {
  const std::scoped_lock lock(mutex_);
  if (at < lost_below_) return std::nullopt;
  Known known;
  if (last_ != nullptr && newest_ <= last_at_ && last_at_ <= at && newest_ <= after) {
    known.pages = last_;
    return known;
  }
  KnowledgePages::ByHash pages;
  for (const auto& [hash, words] : words_) {
    const auto behind =
        std::find_if(words.begin(), words.end(), [&](const Word& word) { return word.seq > at; });
    if (behind == words.begin()) continue;  // said only later
    const Word& word = *(behind - 1);
    if (word.seq > after) known.changed.push_back(word.page);
    if (!word.page->withdrawn) pages.emplace_back(hash, word.page);
  }
  last_ = std::make_shared<const KnowledgePages>(std::move(pages));
  last_at_ = at;
  known.pages = last_;
  return known;
}

}  // namespace concord::index
