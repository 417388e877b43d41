#include "server/tokens.h"

#include <algorithm>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "server/base64.h"

namespace concord::server {
namespace {

constexpr std::size_t kTokenFileBytesMax = 1 << 20;
constexpr std::size_t kTokenBytesMax = 512;
constexpr std::string_view kSpace = " \t\r";

std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(kSpace), line.size());
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find_first_of(kSpace), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
  });
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Null when a scope is no word.
std::optional<std::vector<std::string>> split_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!is_word(text.substr(0, comma))) return std::nullopt;
    scopes.emplace_back(text.substr(0, comma));
    if (comma == text.size()) return scopes;
    text.remove_prefix(comma + 1);
  }
}

constexpr std::string_view kBearer = "bearer ";
constexpr std::string_view kBasic = "basic ";

bool starts_with(std::string_view text, std::string_view scheme) {
  return text.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), text.begin(),
                    [](char want, char got) { return want == got || want == (got | 0x20); });
}

}  // namespace

bool Client::has(std::string_view scope) const {
  return all_scopes || std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

std::string hash_of_token(std::string_view token) {
  index::Blake2b hash;
  hash.add(token);
  return hash.finish_hex();
}

index::Result<Tokens> Tokens::read(const std::string& path) {
  auto text = index::read_file(path, kTokenFileBytesMax);
  if (!text) return index::fail(text.error());
  return parse(*text, path);
}

index::Result<Tokens> Tokens::parse(std::string_view text, const std::string& file) {
  Tokens tokens;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto wrong = [&](const char* why) {
      return index::fail(index::Code::bad_input, why, file + ":" + std::to_string(number));
    };
    const std::string_view name = take_word(line);
    if (name.empty() || name[0] == '#') continue;
    const auto scopes = split_scopes(take_word(line));
    const std::string_view hash = take_word(line);
    if (!is_word(name)) return wrong("a client's name is letters, digits, _ - . :");
    if (!scopes) return wrong("expected: name scope,scope hash");
    if (!is_hash(hash)) return wrong("the third word must be the token's BLAKE2b-256 in hex");
    if (!take_word(line).empty()) return wrong("something follows the hash");
    Entry entry{{std::string(name), *scopes, false}, {}};
    std::copy(hash.begin(), hash.end(), entry.hash.begin());
    for (const Entry& other : tokens.entries_)
      if (other.client.name == name || other.hash == entry.hash)
        return wrong("this name or token stands in an earlier line");
    tokens.entries_.push_back(std::move(entry));
  }
  if (tokens.entries_.empty())
    return index::fail(index::Code::bad_input, "no token in this file: nobody could ask", file);
  return tokens;
}

const Client* Tokens::find(std::string_view token) const {
  if (token.empty() || token.size() > kTokenBytesMax) return nullptr;
  const std::string hash = hash_of_token(token);
  const Client* found = nullptr;
  for (const Entry& entry : entries_) {  // no early end: time tells nothing
    unsigned difference = 0;
    for (std::size_t i = 0; i < entry.hash.size(); ++i)
      difference |= static_cast<unsigned>(entry.hash[i] ^ hash[i]);
    found = difference == 0 ? &entry.client : found;
  }
  return found;
}

index::Result<void> check_exposure(const ListenAddress& address, bool has_tokens) {
  if (address.loopback || has_tokens) return {};
  return index::fail(index::Code::bad_input,
                     "others can reach this address: give a token file, or listen on 127.0.0.1",
                     "listen address " + address.host);
}

bool is_loopback_name(std::string_view host) {
  if (!host.empty() && host[0] == '[') return host == "[::1]" || host.starts_with("[::1]:");
  const std::string_view name = host.substr(0, host.find(':'));
  if (name == "localhost") return true;
  const auto address = parse_listen_address(std::string(name) + ":0");
  return address && address->loopback;
}

Gate::Gate(std::optional<Tokens> tokens) : tokens_(std::move(tokens)) {
  local_.name = "local";
  local_.all_scopes = true;
}

std::string basic_user(std::string_view authorization) {
  if (!starts_with(authorization, kBasic)) return {};
  auto pair = decode_base64(authorization.substr(kBasic.size()));
  if (!pair || !pair->ends_with(':')) return {};
  pair->pop_back();
  return std::move(*pair);
}

const Client* Gate::admit(const Request& request, Response& response, bool basic) const {
  if (!tokens_) {
    if (!is_loopback_name(request.host)) {
      fill_problem(response, {421, "misdirected_request",
                              "without a token file this service answers to localhost only"});
      return nullptr;
    }
    const std::size_t host_at = request.origin.find("://");
    if (!request.origin.empty() &&
        (host_at == std::string_view::npos || request.origin.substr(host_at + 3) != request.host)) {
      fill_problem(response, {403, "foreign_origin",
                              "a web page of another origin may not ask without a token"});
      return nullptr;
    }
    return &local_;
  }
  if (starts_with(request.authorization, kBearer))
    if (const Client* const client = tokens_->find(request.authorization.substr(kBearer.size())))
      return client;
  if (basic)
    if (const Client* const client = tokens_->find(basic_user(request.authorization)))
      return client;
  fill_problem(response, {401, "unauthorized", "send Authorization: Bearer and a valid token"});
  response.field("WWW-Authenticate", "Bearer");
  return nullptr;
}

}  // namespace concord::server
