#include "datasets/generate/teller.h"

#include <algorithm>
#include <charconv>

#include "datasets/generate/names.h"

namespace concord::datasets {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// "+493012345678" → country code, area, rest (numbers are made in world.cc, these are all).
struct Split {
  std::string_view country, area, rest;
};
Split split_of(std::string_view e164) {
  constexpr std::string_view kCodes[][2] = {
      {"49", "30"}, {"49", "151"}, {"43", "1"},  {"43", "664"}, {"41", "44"},
      {"41", "79"}, {"1", "212"},  {"1", "617"}, {"44", "20"},  {"44", "7400"}};
  const std::string_view digits = e164.substr(1);
  for (const auto& [country, area] : kCodes)
    if (digits.starts_with(country) && digits.substr(country.size()).starts_with(area))
      return {country, area, digits.substr(country.size() + area.size())};
  return {digits.substr(0, 2), digits.substr(2, 2), digits.substr(4)};
}

std::string spelled(Dice& dice, const std::string& e164) {
  const auto [country, area, rest] = split_of(e164);
  const auto join = [](std::initializer_list<std::string_view> parts) {
    std::string out;
    for (std::string_view part : parts) out += part;
    return out;
  };
  const std::string_view head = rest.substr(0, 3);
  const std::string_view tail = rest.substr(3);
  const std::uint32_t draw = dice.below(country == "49" ? 6 : 3);
  switch (draw) {
    case 0: return join({"+", country, " ", area, " ", rest});
    case 1: return join({"00", country, area, rest});
    case 2: return join({"+", country, "-", area, "-", head, "-", tail});
    case 3: return join({"0", area, "/", head, " ", tail});
    case 4: return join({"0", area, " ", rest});
    default: return join({"(0", area, ") ", head, "-", tail});
  }
}

}  // namespace

std::string Teller::key(std::string_view prefix) {
  char digits[32];
  char* end = std::to_chars(digits, digits + 12, person.index).ptr;
  *end++ = '-';
  end = std::to_chars(end, digits + sizeof digits, ++next_number).ptr;
  std::string made(prefix);
  return made.append(digits, static_cast<std::size_t>(end - digits));
}

Ms Teller::some_day(std::int64_t days_before_now) {
  const std::int64_t days = (kWorldNow - person.since) / kDayMs - days_before_now;
  const Ms day = person.since + dice.between(1, std::max<std::int64_t>(2, days - 1)) * kDayMs;
  return by_day(day + dice.below(1440) * kMinuteMs);
}

Ms Teller::later(Ms from, std::int64_t low, std::int64_t high) {
  return by_day(from + dice.between(low * 60, high * 60) * kMinuteMs);
}

std::string Teller::spelled_email() {
  const std::uint32_t draw = dice.below(100);
  std::string written = draw % 2 == 0 ? person.email : person.shop_email;
  if (draw >= 30) return written;
  if (draw < 8) std::transform(written.begin(), written.end(), written.begin(), upper);
  const std::size_t dot = written.find('.');
  written[0] = upper(written[0]);
  if (dot + 1 < written.size()) written[dot + 1] = upper(written[dot + 1]);
  return written;
}

std::string Teller::spelled_phone() {
  phone_written = true;
  return spelled(dice, person.phone);
}

std::string Teller::spelled_mobile() {
  mobile_written = true;
  return spelled(dice, person.mobile);
}

std::string_view Teller::staff() { return dice.pick(kStaff); }

std::string Teller::subject(Theme theme, std::string_view product, std::string_view about) {
  return world.texts().subject(dice, person.language, theme, product, about);
}

std::string Teller::text(Theme theme, std::string_view product, std::string_view about) {
  return world.texts().text(dice, person.language, theme, product, about);
}

}  // namespace concord::datasets
