// Who may ask. A token file holds one client a line: name, scopes, hash of the token:
//   helpdesk  read,write  5f1a…   (64 hex digits: printf %s "$TOKEN" | b2sum -l 256)
// The token itself is never stored and must be random (openssl rand -hex 32): the hash has no salt.
// Without a token file the service answers loopback clients only, and only when they call it by a
// loopback name, so that no web page can reach it through a name of its own (DNS rebinding).
// Thread class: immutable.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/base/result.h"
#include "server/http.h"
#include "server/listener.h"
#include "server/response.h"

namespace concord::server {

struct Client {
  std::string name;
  std::vector<std::string> scopes;
  bool all_scopes = false;  // the local user of a service without a token file
  [[nodiscard]] bool has(std::string_view scope) const;
};

class Tokens {
 public:
  /// Errors: bad_input (place "FILE:LINE"), those of read_file.
  static index::Result<Tokens> read(const std::string& path);
  static index::Result<Tokens> parse(std::string_view text, const std::string& file);
  /// The client whose token this is, or null. Takes as long for a wrong token as for a right one.
  [[nodiscard]] const Client* find(std::string_view token) const;

 private:
  struct Entry {
    Client client;
    std::array<char, 64> hash;
  };
  std::vector<Entry> entries_;
};

/// The user of `Authorization: Basic` when its password is empty; empty otherwise.
std::string basic_user(std::string_view authorization);

/// 64 lower-case hex digits, as in a token file.
std::string hash_of_token(std::string_view token);

/// An address that others can reach needs a token file. Errors: bad_input.
index::Result<void> check_exposure(const ListenAddress& address, bool has_tokens);

/// "127.0.0.1:80", "localhost", "[::1]:8080", as a Host field gives them.
bool is_loopback_name(std::string_view host);

class Gate {
 public:
  explicit Gate(std::optional<Tokens> tokens);
  /// The client who asks; null: `response` is the refusal (401, 403 or 421).
  /// `basic`: the token may also come as the user of `Authorization: Basic`, as the write key of
  /// Segment's client packages does.
  const Client* admit(const Request& request, Response& response, bool basic = false) const;

 private:
  std::optional<Tokens> tokens_;
  Client local_;
};

}  // namespace concord::server
