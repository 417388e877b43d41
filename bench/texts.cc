#include "bench/texts.h"

#include <algorithm>
#include <cctype>

#include "index/reindex_text.h"
#include "index/snapshot/text/text_words.h"

namespace concord::bench {
namespace {

void add_pieces(index::JsonValue document, std::vector<std::string_view>& out) {
  for (const char* name : {"subject", "title", "text"})
    if (const auto text = document.find(name))
      if (const auto piece = text->as_string()) out.push_back(*piece);
}

bool is_plain_word(const std::string& word, const std::vector<std::string>& languages) {
  return word.size() >= 4 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }) &&
         !index::is_stop_word(word, languages);
}

}  // namespace

void TextPieces::of(const index::DocRef& ref, std::vector<std::string_view>& out) {
  std::string_view json;
  const index::RecordView record = ref.type == index::TextType::knowledge
                                       ? index::RecordView()
                                       : world_.snapshot().find(pin_, index::CustomerId{ref.owner});
  if (ref.type == index::TextType::customer) {
    if (record) out.push_back(record.name());
    return;
  }
  if (ref.type == index::TextType::knowledge) {
    const auto pages = world_.engine().knowledge();
    if (const index::KnowledgePage* page = pages->find(ref.entry_hash)) json = page->json;
  }
  if (record)
    if (const auto entry = index::find_entry(record, ref.at_ms, ref.entry_hash))
      json = entry->json();
  if (json.empty()) return;
  if (const auto parsed = reader_.parse(json)) add_pieces(*parsed, out);
}

index::TextAccess TextPieces::access() {
  index::TextAccess access;
  access.text_of = [this](const index::DocRef& ref, std::vector<std::string_view>& out) {
    of(ref, out);
  };
  return access;
}

std::vector<Text> texts_of(const World& world) {
  std::vector<Text> texts;
  index::JsonReader reader;
  const index::ReadPin pin = world.snapshot().pin();
  for (std::size_t place = 0; place < world.snapshot().record_count(); ++place) {
    const index::RecordView record = world.snapshot().record_at(pin, place);
    if (!record) continue;
    record.each_entry([&](index::EntryView entry) {
      if (!index::has_words(entry) || entry.visibility() > index::Visibility::restricted)
        return true;
      const auto parsed = reader.parse(entry.json());
      std::vector<std::string_view> pieces;
      if (parsed) add_pieces(*parsed, pieces);
      if (pieces.empty()) return true;
      texts.push_back(
          {{entry.at_ms(), index::TextType::entry, record.id().value, entry.row().id_hash()},
           {pieces.begin(), pieces.end()}});
      return true;
    });
  }
  return texts;
}

std::vector<std::string> plain_words(std::string_view piece) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      word.push_back(static_cast<char>(std::tolower(byte)));
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::vector<Question> draw_questions(const World& world, const std::vector<Text>& texts,
                                     std::size_t count) {
  const std::vector<std::string>& languages = world.engine().text()->index->languages();
  Draw draw(17);
  std::vector<Question> questions;
  for (std::size_t tries = 0; questions.size() < count && tries < count * 100; ++tries) {
    const Text& text = texts[draw.below(texts.size())];
    const auto words = plain_words(text.pieces[draw.below(text.pieces.size())]);
    if (words.size() < 2) continue;
    const std::size_t at = draw.below(words.size() - 1);
    if (words[at] == words[at + 1] || !is_plain_word(words[at], languages) ||
        !is_plain_word(words[at + 1], languages))
      continue;
    questions.push_back({{words[at], words[at + 1]}, text.ref.owner});
  }
  return questions;
}

}  // namespace concord::bench
