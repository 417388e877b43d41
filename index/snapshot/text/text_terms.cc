#include "index/snapshot/text/text_terms.h"

#include <array>
#include <charconv>

namespace concord::index {
namespace {
constexpr std::size_t kKnownWordsMax = 400'000;  // about 60 MB; then it starts anew
}

void TextDocument::clear() {
  language.clear();
  title.clear();
  text.clear();
  department.clear();
  kind.clear();
  channel.clear();
  ids.clear();
  visibility = Visibility::normal;
}

std::string owner_term(std::uint64_t owner) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), owner, 36).ptr;
  return kTermOwner + std::string(digits.data(), end);
}
std::string type_term(TextType type) {
  return {kTermType, static_cast<char>('0' + static_cast<int>(type))};
}
std::string visibility_term(Visibility visibility) {
  return {kTermVisibility, static_cast<char>('0' + static_cast<int>(visibility))};
}

TermMaker::Known TermMaker::make(std::string_view word, const std::string& language) {
  FoldedWord folded;
  fold_word(word, folded);
  Known known;
  if (folded.plain.empty()) return known;  // marks only
  const WordStems stems = stems_.of(folded, language);
  known.stem = make_term(kTermStem, stems.stem);
  if (!stems.other.empty()) known.other = make_term(kTermStem, stems.other);
  if (folded.plain == stems.stem) return known;
  if (prefix_by_ == PrefixBy::words)
    known.word = make_term(kTermWord, folded.plain);
  else
    leads_.emplace(std::move(folded.plain), stems.stem);
  return known;
}

void TermMaker::count_words(std::string_view text, std::uint32_t weight,
                            const std::string& language) {
  Words& words = by_language_[language];
  WordReader reader(text);
  for (TextWord at; reader.next(at);) {
    key_.assign(text.substr(at.begin, at.end - at.begin));
    auto found = words.find(key_);
    if (found == words.end()) {
      found = words.emplace(key_, make(key_, language)).first;
      ++known_count_;
    }
    Known& known = found->second;
    if (known.document != document_) {
      known.document = document_;
      known.count = 0;
      used_.push_back(&known);
    }
    known.count += weight;
  }
}

void TermMaker::write(const DocRef& ref, const TextDocument& document, ShardWriter& writer) {
  if (known_count_ > kKnownWordsMax) {
    by_language_.clear();
    known_count_ = 0;
  }
  ++document_;
  used_.clear();
  const std::string language = stem_language(document.language);
  count_words(document.title, kTitleWeight, language);
  count_words(document.text, 1, language);
  for (const Known* known : used_) {
    if (known->stem.empty()) continue;
    writer.term(known->stem, known->count);
    if (!known->other.empty()) writer.term(known->other, known->count);
    if (!known->word.empty()) writer.term(known->word, 0);
  }
  for (const std::string& id : document.ids)
    for (const std::string& form : id_forms(id)) writer.term(make_term(kTermId, form), 1);
  writer.term(type_term(ref.type), 0);
  if (ref.owner != 0) writer.term(owner_term(ref.owner), 0);
  if (!document.department.empty()) writer.term(make_term(kTermDepartment, document.department), 0);
  if (!document.kind.empty()) writer.term(make_term(kTermKind, document.kind), 0);
  if (!document.channel.empty()) writer.term(make_term(kTermChannel, document.channel), 0);
  if (document.visibility != Visibility::normal)
    writer.term(visibility_term(document.visibility), 0);
}

Result<void> TermMaker::finish(ShardWriter& writer) {
  for (const auto& [word, stem] : leads_)
    if (auto led = writer.lead(word, stem); !led) return led;
  return {};
}

}  // namespace concord::index
