#include "tests/server/malformed.h"

#include <utility>

namespace concord::server {
namespace {

using Rows = std::vector<MalformedRow>;

std::string get(std::string_view fields, std::string_view body = {}) {
  return std::string("GET / HTTP/1.1\r\nHost: a.test\r\n")
      .append(fields)
      .append("\r\n")
      .append(body);
}
std::string post(std::string_view fields, std::string_view body) {
  return std::string("POST / HTTP/1.1\r\nHost: a.test\r\n")
      .append(fields)
      .append("\r\n")
      .append(body);
}
std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

void add_request_lines(Rows& rows) {
  const auto line = [&rows](std::string_view name, std::string_view text, bool smuggling = false) {
    rows.push_back({name, std::string(text) + "\r\nHost: a.test\r\n\r\n", smuggling});
  };
  line("lower-case method", "get / HTTP/1.1", true);
  line("mixed-case method", "Get / HTTP/1.1", true);
  line("method with a digit", "GET1 / HTTP/1.1", true);
  line("method with a colon", "GE:T / HTTP/1.1", true);
  line("method over 16 letters", "GETGETGETGETGETGET / HTTP/1.1", true);
  line("no method", " / HTTP/1.1");
  line("space before the method", " GET / HTTP/1.1");
  line("tab between the parts", "GET\t/\tHTTP/1.1");
  line("two spaces before the target", "GET  / HTTP/1.1");
  line("two spaces before the version", "GET /  HTTP/1.1");
  line("space after the version", "GET / HTTP/1.1 ", true);
  line("space in the target", "GET /a b HTTP/1.1");
  line("no target", "GET HTTP/1.1");
  line("HTTP/0.9", "GET /");
  line("HTTP/1.2", "GET / HTTP/1.2", true);
  line("HTTP/2.0", "GET / HTTP/2.0", true);
  line("HTTP/3", "GET / HTTP/3", true);
  line("HTTP/1.10", "GET / HTTP/1.10", true);
  line("lower-case protocol", "GET / http/1.1", true);
  line("another protocol", "GET / ICE/1.0", true);
  line("no slash", "GET v1/customers HTTP/1.1", true);
  line("authority form", "CONNECT a.test:443 HTTP/1.1", true);
  line("asterisk with GET", "GET * HTTP/1.1", true);
  line("absolute form without host", "GET http:/// HTTP/1.1", true);
  line("absolute form with user", "GET http://me@a.test/ HTTP/1.1", true);
  line("another scheme", "GET ftp://a.test/ HTTP/1.1", true);
  line("fragment", "GET /a#b HTTP/1.1", true);
  line("quote in the target", "GET /a\"b HTTP/1.1", true);
  line("raw UTF-8 in the target", "GET /\xC3\xBC HTTP/1.1", true);
  line("percent without digits", "GET /%zz HTTP/1.1", true);
  line("percent at the end", "GET /%4 HTTP/1.1", true);
  line("percent NUL", "GET /%00 HTTP/1.1", true);
  line("percent NUL in the query", "GET /?q=a%00 HTTP/1.1", true);
  line("percent not UTF-8", "GET /%ff HTTP/1.1", true);
  line("overlong UTF-8", "GET /%c0%af HTTP/1.1", true);
  line("NUL in the target", std::string_view("GET /a\0b HTTP/1.1", 17), true);
  line("CR in the target", "GET /a\rb HTTP/1.1", true);
  line("two empty lines first", "\r\n\r\nGET / HTTP/1.1");
  rows.push_back({"URI over the limit",
                  "GET /" + std::string(2048, 'a') + " HTTP/1.1\r\nHost: a.test\r\n\r\n", true});
  rows.push_back({"URI without end", "GET /" + std::string(9000, 'a'), false});
  rows.push_back({"too many segments",
                  "GET /a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a HTTP/1.1\r\nHost: a.test\r\n\r\n", true});
  rows.push_back({"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true});
  rows.push_back({"TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)});
}

void add_fields(Rows& rows) {
  rows.push_back({"no Host", "GET / HTTP/1.1\r\n\r\n", true});
  rows.push_back({"two Hosts", get("Host: a.test\r\n"), true});
  for (const auto& [name, host] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"empty Host", ""},
           {"Host with a space", "a b"},
           {"Host with a path", "a.test/x"},
           {"Host with a user", "me@a.test"},
           {"Host with a comma", "a.test,b.test"},
           {"Host with a bad port", "a.test:80x"},
           {"Host with a huge port", "a.test:99999"},
           {"Host with an open bracket", "[::1"}})
    rows.push_back({name, "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", true});
  rows.push_back({"obs-fold", get("X-A: b\r\n c\r\n"), true});
  rows.push_back({"obs-fold with tab", get("X-A: b\r\n\tc\r\n"), true});
  rows.push_back({"folded first field", "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n", false});
  rows.push_back({"space before the colon", get("X-A : b\r\n"), true});
  rows.push_back({"no colon", get("X-A\r\n"), true});
  rows.push_back({"empty name", get(": b\r\n"), true});
  rows.push_back({"underscore in the name", get("Content_Length: 5\r\n"), true});
  rows.push_back({"exclamation mark in the name", get("X!A: b\r\n"), true});
  rows.push_back({"non-ASCII name", get("X-\xC3\xBC: b\r\n"), true});
  rows.push_back({"NUL in a name", get(std::string_view("X\0A: b\r\n", 8)), true});
  rows.push_back({"NUL in a value", get(std::string_view("X-A: b\0c\r\n", 10)), true});
  rows.push_back({"CR in a value", get("X-A: b\rc\r\n"), true});
  rows.push_back({"escape in a value", get("X-A: b\x1b\r\n"), true});
  rows.push_back({"delete in a value", get("X-A: b\x7f\r\n"), true});
  rows.push_back({"non-ASCII value", get("X-A: \xff\r\n"), true});
  rows.push_back({"bare LF after a field", get("X-A: b\n"), true});
  rows.push_back({"bare LF everywhere", "GET / HTTP/1.1\nHost: a.test\n\n", true});
  rows.push_back({"bare LF at the end", "GET / HTTP/1.1\r\nHost: a.test\r\n\n", true});
  rows.push_back({"header over 8 KiB", get("X-A: " + std::string(8192, 'a') + "\r\n"), true});
  rows.push_back({"header line without end", "GET / HTTP/1.1\r\nX-A: " + std::string(9000, 'a')});
  std::string many;
  for (int i = 0; i < 64; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  rows.push_back({"65 fields", get(many), true});
  rows.push_back(
      {"two Authorizations", get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), true});
  rows.push_back({"two Content-Types", get("Content-Type: a/b\r\nContent-Type: c/d\r\n"), true});
  rows.push_back({"unknown expectation", get("Expect: 200-ok\r\n"), true});
  rows.push_back({"Connection is no list", get("Connection: a b\r\n"), true});
}

void add_framing(Rows& rows) {
  for (const auto& [name, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"negative length", "-1"},
           {"signed length", "+5"},
           {"hex length", "0x5"},
           {"empty length", ""},
           {"length with a fraction", "5.0"},
           {"length list", "5, 5"},
           {"length and more", "5 5"},
           {"length over 64 bits", "18446744073709551621"},
           {"length over the body limit", "70000"}})
    rows.push_back({name, post("Content-Length: " + std::string(value) + "\r\n", "hello"), true});
  rows.push_back(
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), true});
  rows.push_back(
      {"two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), true});
  const std::string_view empty = "0\r\n\r\n";
  rows.push_back(
      {"CL.TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", empty), true});
  rows.push_back(
      {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", empty), true});
  for (const auto& [name, value] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"TE identity", "identity"},
           {"TE gzip", "gzip"},
           {"TE gzip, chunked", "gzip, chunked"},
           {"TE chunked, chunked", "chunked, chunked"},
           {"TE chunked, identity", "chunked, identity"},
           {"TE xchunked", "xchunked"},
           {"TE chunked with parameter", "chunked;q=1"},
           {"TE quoted", "\"chunked\""},
           {"TE empty", ""},
           {"TE with vertical tab",
            "\x0b"
            "chunked"}})
    rows.push_back({name, post("Transfer-Encoding: " + std::string(value) + "\r\n", empty), true});
  rows.push_back({"two TEs",
                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", empty),
                  true});
  rows.push_back({"TE and second TE identity",
                  post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", empty),
                  true});
  rows.push_back(
      {"TE with a space before the colon", post("Transfer-Encoding : chunked\r\n", empty), true});
  rows.push_back({"TE folded", post("Transfer-Encoding:\r\n chunked\r\n", empty), true});
  rows.push_back({"TE in HTTP/1.0",
                  "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  true});
}

void add_chunks(Rows& rows) {
  rows.push_back({"chunk size no number", chunked("xyz\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size empty", chunked("\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size negative", chunked("-5\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size 0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size with a space before", chunked(" 5\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size with a space behind", chunked("5 \r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back(
      {"chunk size over 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk size over the body limit", chunked("fffffff\r\nhello\r\n0\r\n\r\n")});
  rows.push_back({"chunk size line with bare LF", chunked("5\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk ends with bare LF", chunked("5\r\nhello\n0\r\n\r\n"), true});
  rows.push_back({"chunk extension with LF", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"chunk extension too long",
                  chunked("5;" + std::string(200, 'a') + "\r\nhello\r\n0\r\n\r\n"), true});
  rows.push_back({"last chunk without line", chunked("5\r\nhello\r\n0\r\nX"), true});
  rows.push_back({"trailer field", chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n"), true});
  std::string tiny;
  for (int i = 0; i < 40'000; ++i) tiny += "1\r\na\r\n";
  rows.push_back({"more framing than data", chunked(tiny + "0\r\n\r\n"), true});
}

}  // namespace

std::vector<MalformedRow> malformed_rows() {
  Rows rows;
  add_request_lines(rows);
  add_fields(rows);
  add_framing(rows);
  add_chunks(rows);
  return rows;
}

}  // namespace concord::server
