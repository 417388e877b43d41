#include "index/snapshot/text/text_index.h"

#include <algorithm>

#include "index/base/assert.h"
#include "index/base/hash.h"
#include "index/snapshot/text/text_search.h"

namespace concord::index {

struct TextIndex::State {
  std::vector<TextMember> members;
  std::vector<std::string> languages;
  EventSeq revision = 0;
  std::uint64_t id = 0;
  std::uint64_t count = 0;
};

namespace {

bool is_dead(const TextMember& member, std::uint32_t number) {
  return member.dead && std::binary_search(member.dead->begin(), member.dead->end(), number);
}

/// Languages of what is alive; of the generation's file all, as it was built.
void note_languages(const TextMember& member, bool live, std::vector<std::string>& out) {
  const DocTable& documents = member.part->documents();
  const DocWords& words = documents.words(DocFacet::language);
  std::vector<bool> used(words.size(), !live);
  if (live && words.size() > 1)
    for (std::size_t i = 0; i < documents.rows().size(); ++i) {
      const std::uint16_t language = documents.rows()[i].language;
      if (!used[language] && !is_dead(member, static_cast<std::uint32_t>(i) + 1))
        used[language] = true;
    }
  for (std::size_t code = 0; code < words.size(); ++code)
    if (used[code] && !words[code].empty()) out.push_back(words[code]);
}

}  // namespace

TextIndex::TextIndex(std::vector<TextMember> members, EventSeq revision)
    : state_(std::make_unique<State>()) {
  CONCORD_ASSERT(!members.empty());
  State& state = *state_;
  for (std::size_t i = 0; i < members.size(); ++i) {
    note_languages(members[i], i > 0, state.languages);
    state.count += members[i].part->documents().rows().size();
    if (members[i].dead) state.count -= members[i].dead->size();
  }
  std::sort(state.languages.begin(), state.languages.end());
  state.languages.erase(std::unique(state.languages.begin(), state.languages.end()),
                        state.languages.end());
  state.revision = revision;
  state.id = mix64(members.front().part->documents().build_id() + revision);
  state.members = std::move(members);
}

TextIndex::TextIndex(TextIndex&&) noexcept = default;
TextIndex& TextIndex::operator=(TextIndex&&) noexcept = default;
TextIndex::~TextIndex() = default;

Result<TextIndex> TextIndex::open(const std::string& folder, EventSeq revision) {
  auto part = TextPart::open(folder);
  if (!part) return fail(std::move(part.error()));
  return TextIndex({{std::move(*part), nullptr}}, revision);
}

std::uint64_t TextIndex::count() const { return state_->count; }
EventSeq TextIndex::revision() const { return state_->revision; }
std::uint64_t TextIndex::state_id() const { return state_->id; }
std::uint64_t TextIndex::state_of(std::string_view cursor) { return state_of_cursor(cursor); }
const std::vector<TextMember>& TextIndex::members() const { return state_->members; }
const std::vector<std::string>& TextIndex::languages() const { return state_->languages; }

Result<void> TextIndex::check() const {
  for (const TextMember& member : state_->members)
    if (auto checked = check_store(member.part->store_file()); !checked) return checked;
  return {};
}

Result<TextHits> TextIndex::search(const TextQuery& query, const TextAccess& access) const {
  return TextSearch(state_->members, state_->languages, state_->id, query, access).run();
}

}  // namespace concord::index
