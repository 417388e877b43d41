#include "index/snapshot/text/text_words.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "index/base/assert.h"

namespace concord::index {
namespace {

enum class Class : std::uint8_t { other, letter, mark, alone };

bool script_without_blanks(UChar32 c) {
  if (c < 0x0E00) return false;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return true;
    default: return false;
  }
}

Class class_of(UChar32 c) {
  if (c < 0) return Class::other;
  if (c < 0x80) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return word ? Class::letter : Class::other;
  }
  if (u_isalnum(c)) return script_without_blanks(c) ? Class::alone : Class::letter;
  const auto mask = U_GET_GC_MASK(c);
  return (mask & U_GC_M_MASK) != 0 ? Class::mark : Class::other;
}

UChar32 decode(std::string_view text, std::int32_t& at) {
  UChar32 c = 0;
  const auto size = static_cast<std::int32_t>(text.size());
  U8_NEXT(text.data(), at, size, c);
  return c;
}

bool all_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void cut_to(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  text.resize(bytes_max);
}

using Instance = const icu::Normalizer2* (*)(UErrorCode&);

const icu::Normalizer2& found(Instance instance) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = instance(status);
  CONCORD_ASSERT(U_SUCCESS(status));  // the tables are part of the library
  return *normalizer;
}

// Asked for once: inside the library every call goes through a lock-free check of its own.
const icu::Normalizer2& casefold() {
  static const icu::Normalizer2& one = found(icu::Normalizer2::getNFKCCasefoldInstance);
  return one;
}
const icu::Normalizer2& decomposition() {
  static const icu::Normalizer2& one = found(icu::Normalizer2::getNFDInstance);
  return one;
}

std::string normalized(const icu::Normalizer2& how, std::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode status = U_ZERO_ERROR;
  how.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                    nullptr, status);
  CONCORD_ASSERT(U_SUCCESS(status));
  return out;
}

std::string without_accents(std::string_view folded) {
  const std::string split = normalized(decomposition(), folded);
  std::string out;
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(split.size());) {
    const std::int32_t begin = at;
    const UChar32 c = decode(split, at);
    if (c >= 0x300 && c <= 0x36F) continue;
    out.append(split, static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
  }
  return out;
}

void fold_whole(std::string_view text, FoldedWord& out) {
  if (all_ascii(text)) {
    out.folded.assign(text);
    for (char& c : out.folded)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    out.plain = out.folded;
    return;
  }
  out.folded = normalized(casefold(), text);
  out.plain = without_accents(out.folded);
}

struct StopList {
  std::string_view language;
  std::string_view words;  // sorted, one blank between; accents removed
};

constexpr std::array<StopList, 6> kStopLists{{
    {"de",
     "aber als am an auch auf aus bei bin bis da das dass dem den der des die dies diese dieser "
     "doch du durch ein eine einem einen einer eines er es fur hat hatte ich ihr im in ist ja "
     "kann man mein mich mir mit nach nicht noch nun nur ob oder schon sein sich sie sind so uber "
     "um und uns vom von vor war was wenn wie wir wird wurde zu zum zur"},
    {"en",
     "a about am an and any are as at be been but by can could did do does for from had has have "
     "he her his how i if in into is it its me my no not of on or our out she should so some such "
     "than that the their them then there these they this to up us was we were what when where "
     "which who why will with would you your"},
    {"es",
     "a al como con de del el ella en era es esta este ha hay la las le lo los mas me mi muy no o "
     "para pero por que se si sin su sus un una y ya yo"},
    {"fr",
     "a au aux avec ce ces cette dans de des du elle en est et il ils je l la le les leur mais me "
     "mon ne nous ou par pas pour qu que qui sa se ses son sur un une vous y"},
    {"it",
     "a al che con da dei del della di e ed gli ha ho i il in io la le lo ma mi nel non o per piu "
     "si sono su un una"},
    {"pt",
     "a ao aos as com como da das de do dos e ela ele em era essa esse esta este eu foi ha isso "
     "ja mais mas me meu minha muito na nao nas no nos o os ou para pela pelo por que se sem ser "
     "seu sua tem um uma voce"},
}};

bool list_has(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos;
       at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
      return true;
  }
  return false;
}

/// The digits of what is written like a phone number: five or more, and nothing but its signs.
std::string phone_digits(std::string_view value) {
  std::string digits;
  for (const char c : value) {
    if (c >= '0' && c <= '9')
      digits.push_back(c);
    else if (std::string_view("+()-./ ").find(c) == std::string_view::npos)
      return {};
  }
  return digits.size() >= 5 ? digits : std::string();
}

}  // namespace

bool WordReader::next(TextWord& word) {
  const auto size = static_cast<std::int32_t>(text_.size());
  std::int32_t begin = -1;
  bool alone = false;
  while (at_ < size) {
    const std::int32_t before = at_;
    const Class found = class_of(decode(text_, at_));
    if (begin < 0) {
      if (found != Class::letter && found != Class::alone) continue;
      begin = before;
      alone = found == Class::alone;
    } else if (found != Class::mark && (alone || found != Class::letter)) {
      at_ = before;  // it may begin the next word
      break;
    }
  }
  if (begin < 0) return false;
  word = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)};
  return true;
}

void fold_word(std::string_view word, FoldedWord& out) {
  fold_whole(word, out);
  cut_to(out.folded, kWordTermBytesMax);
  cut_to(out.plain, kWordTermBytesMax);
}

bool is_stop_word(std::string_view plain, const std::vector<std::string>& languages) {
  if (plain.empty() || plain.find(' ') != std::string_view::npos) return false;
  for (const StopList& list : kStopLists)
    if (std::find(languages.begin(), languages.end(), list.language) != languages.end() &&
        list_has(list.words, plain))
      return true;
  return false;
}

std::vector<std::string> id_forms(std::string_view value) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!value.empty() && blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && blank(value.back())) value.remove_suffix(1);
  std::vector<std::string> forms;
  if (value.empty()) return forms;
  FoldedWord folded;
  fold_whole(value, folded);
  if (std::string digits = phone_digits(folded.plain); !digits.empty() && digits != folded.plain)
    forms.push_back(std::move(digits));
  if (!folded.plain.empty()) forms.push_back(std::move(folded.plain));
  std::sort(forms.begin(), forms.end());
  return forms;
}

std::size_t character_bytes(std::string_view text, std::size_t at) {
  auto end = static_cast<std::int32_t>(at);
  decode(text, end);
  return static_cast<std::size_t>(end) - at;
}

}  // namespace concord::index
