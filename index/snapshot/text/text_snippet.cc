#include "index/snapshot/text/text_snippet.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "index/base/assert.h"
#include "index/snapshot/text/text_stems.h"
#include "index/snapshot/text/text_words.h"

namespace concord::index {
namespace {

constexpr std::size_t kNone = SIZE_MAX;

struct Spot {
  TextWord at;
  std::uint32_t begin_character = 0;  // characters before it
  std::uint32_t end_character = 0;
  std::size_t needle = kNone;         // which needle it is
};

/// Finds which needle a word is: numbered stems first, then words, then prefixes.
class Finder {
 public:
  Finder(const TextNeedles& needles, std::string language)
      : needles_(needles), language_(std::move(language)) {
    for (const std::string& stem : needles.stems) first_bytes_.push_back(stem.front());
  }

  std::size_t needle_of(std::string_view word) {
    fold_word(word, folded_);
    if (folded_.plain.empty()) return kNone;
    const std::size_t stems = needles_.stems.size();
    if (first_bytes_.find(folded_.plain.front()) != std::string::npos) {  // stemming is dear
      const WordStems found = stems_.of(folded_, language_);
      for (const std::string* stem : {&found.stem, &found.other})
        if (const std::size_t at = position(needles_.stems, *stem); at != kNone) return at;
    }
    if (const std::size_t at = position(needles_.words, folded_.plain); at != kNone)
      return stems + at;
    for (std::size_t i = 0; i < needles_.prefixes.size(); ++i)
      if (folded_.plain.compare(0, needles_.prefixes[i].size(), needles_.prefixes[i]) == 0)
        return stems + needles_.words.size() + i;
    return kNone;
  }

 private:
  static std::size_t position(const std::vector<std::string>& list, const std::string& word) {
    const auto at = std::lower_bound(list.begin(), list.end(), word);
    return at != list.end() && *at == word ? static_cast<std::size_t>(at - list.begin()) : kNone;
  }
  const TextNeedles& needles_;
  std::string language_;
  std::string first_bytes_;
  FoldedWord folded_;
  Stems stems_;
};

std::uint32_t characters(std::string_view text) {
  std::uint32_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += character_bytes(text, at)) ++count;
  return count;
}

std::vector<Spot> spots_of(std::string_view text, Finder& finder) {
  std::vector<Spot> spots;
  WordReader reader(text);
  std::uint32_t character = 0;
  std::uint32_t at_byte = 0;
  for (TextWord at; reader.next(at);) {
    const std::string_view word = text.substr(at.begin, at.end - at.begin);
    Spot spot;
    spot.at = at;
    spot.begin_character = character + characters(text.substr(at_byte, at.begin - at_byte));
    spot.end_character = spot.begin_character + characters(word);
    spot.needle = finder.needle_of(word);
    character = spot.end_character;
    at_byte = at.end;
    spots.push_back(spot);
  }
  return spots;
}

struct Window {
  std::size_t first = 0;  // spots [first, last)
  std::size_t last = 0;
  std::size_t different = 0;
  std::size_t all = 0;
};

/// Slides over the spots; what a window holds is counted as words enter and leave.
Window best_window(const std::vector<Spot>& spots, std::size_t needles, std::size_t max) {
  std::vector<std::size_t> held(needles);
  Window now;
  Window best;
  for (std::size_t first = 0; first < spots.size(); ++first) {
    now.first = first;
    while (now.last < spots.size() &&
           spots[now.last].end_character - spots[first].begin_character <= max) {
      if (const std::size_t needle = spots[now.last].needle; needle != kNone) {
        ++now.all;
        if (held[needle]++ == 0) ++now.different;
      }
      ++now.last;
    }
    if (first == 0 || now.different > best.different ||
        (now.different == best.different && now.all > best.all))
      best = now;
    if (now.last == first) {
      ++now.last;  // a word longer than the window
      continue;
    }
    if (const std::size_t needle = spots[first].needle; needle != kNone) {
      --now.all;
      if (--held[needle] == 0) --now.different;
    }
  }
  return best;
}

std::size_t forward(std::string_view text, std::size_t at, std::size_t count) {
  while (count-- > 0 && at < text.size()) at += character_bytes(text, at);
  return at;
}

void add_pieces(std::string_view text, const std::vector<Spot>& spots, std::size_t begin,
                std::size_t end, Snippet& out) {
  std::size_t at = begin;
  for (const Spot& spot : spots) {
    if (spot.needle == kNone || spot.at.begin < begin || spot.at.end > end) continue;
    if (spot.at.begin > at) out.pieces.push_back({text.substr(at, spot.at.begin - at), false});
    out.pieces.push_back({text.substr(spot.at.begin, spot.at.end - spot.at.begin), true});
    at = spot.at.end;
  }
  if (end > at) out.pieces.push_back({text.substr(at, end - at), false});
}

}  // namespace

Snippet make_snippet(std::string_view text, const TextNeedles& needles, std::string_view language,
                     std::size_t characters_max) {
  CONCORD_ASSERT(characters_max > 0);
  Snippet out;
  std::string_view seen = text;
  if (seen.size() > kSnippetBytesMax) {
    std::size_t end = kSnippetBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    seen = text.substr(0, end);
  }
  Finder finder(needles, stem_language(language));
  const std::vector<Spot> spots = spots_of(seen, finder);
  const std::size_t needle_count =
      needles.stems.size() + needles.words.size() + needles.prefixes.size();
  std::size_t begin = 0;
  const Window best = best_window(spots, needle_count, characters_max);
  // A window that can begin at the text's own beginning does: signs before the first word count.
  if (best.first > 0) begin = spots[best.first].at.begin;
  std::size_t end = forward(seen, begin, characters_max);
  if (best.first == 0 && best.last > 0 && end < spots[best.last - 1].at.end &&
      best.different > 0) {
    begin = spots.front().at.begin;  // long signs before the first word: leave them out
    end = forward(seen, begin, characters_max);
  }
  if (end < seen.size()) {  // cut between words where one fits
    const auto inside = std::find_if(spots.begin(), spots.end(), [&](const Spot& spot) {
      return spot.at.begin < end && spot.at.end > end;
    });
    if (inside != spots.end() && inside->at.begin > begin) end = inside->at.begin;
    while (end > begin + 1 && (seen[end - 1] == ' ' || seen[end - 1] == '\n')) --end;
  }
  add_pieces(seen, spots, begin, end, out);
  out.starts_cut = begin > 0;
  out.ends_cut = end < text.size();
  return out;
}

}  // namespace concord::index
