// A reader for protobuf text format, as far as the CEL conformance suite uses it.
// Thread class: one-owner. Errors: `ok` is false and `where` a byte offset.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scoring/cel/escapes.h"

namespace concord::cel::textproto {

struct Message;

struct Entry {
  std::string name;                  // extensions keep their brackets: "[type.googleapis.com/…]"
  std::string text;                  // a scalar, strings decoded to bytes
  std::shared_ptr<Message> message;  // or a message
};

struct Message {
  std::vector<Entry> entries;

  const Entry* find(std::string_view name) const {
    for (const Entry& entry : entries)
      if (entry.name == name) return &entry;
    return nullptr;
  }
  const Message* child(std::string_view name) const {
    const Entry* entry = find(name);
    return entry == nullptr ? nullptr : entry->message.get();
  }
  std::string text(std::string_view name) const {
    const Entry* entry = find(name);
    return entry == nullptr ? std::string() : entry->text;
  }
};

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}
  bool ok = true;
  std::size_t where = 0;

  Message read() {
    Message message;
    fields(message, '\0');
    return message;
  }

 private:
  char peek() {
    for (; where < source_.size(); ++where) {
      const char c = source_[where];
      if (c == '#') {
        while (where < source_.size() && source_[where] != '\n') ++where;
      } else if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != ',' && c != ';') {
        return c;
      }
    }
    return '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++where;
    return true;
  }

  std::string word() {
    peek();
    const std::size_t begin = where;
    while (where < source_.size() &&
           std::string_view(" \n\t\r,;:{}[]<>\"'#").find(source_[where]) == std::string_view::npos)
      ++where;
    return std::string(source_.substr(begin, where - begin));
  }

  std::string quoted() {
    std::string out;
    while (ok && (peek() == '"' || peek() == '\'')) {  // adjacent strings are one
      const char quote = source_[where++];
      const std::size_t begin = where;
      while (where < source_.size() && source_[where] != quote)
        where += source_[where] == '\\' ? 2 : 1;
      if (where >= source_.size()) {
        ok = false;
        break;
      }
      append(source_.substr(begin, where - begin), out);
      ++where;
    }
    return out;
  }

  /// \377 is an octet here, \u270c a character: the pieces of the two kinds apart.
  void append(std::string_view body, std::string& out) {
    for (std::size_t i = 0; i < body.size();) {
      const bool unicode =
          body[i] == '\\' && i + 1 < body.size() && (body[i + 1] == 'u' || body[i + 1] == 'U');
      std::size_t size = body[i] == '\\' ? 2 : 1;
      if (unicode) size = body[i + 1] == 'u' ? 6 : 10;
      if (body[i] == '\\' && (body[i + 1] == 'x' || body[i + 1] == 'X')) size = 4;
      if (body[i] == '\\' && body[i + 1] >= '0' && body[i + 1] <= '3') size = 4;
      if (body[i] == '\r') {
        out.push_back(body[i++]);
        continue;
      }
      EscapeError wrong;
      ok = ok && decode_escapes(body.substr(i, size), !unicode, out, wrong);
      i += size;
    }
  }

  void value(Message& into, const std::string& name) {
    Entry entry{name, {}, nullptr};
    const char c = peek();
    if (c == '{' || c == '<') {
      ++where;
      entry.message = std::make_shared<Message>();
      fields(*entry.message, c == '{' ? '}' : '>');
    } else if (c == '"' || c == '\'') {
      entry.text = quoted();
    } else {
      entry.text = word();
      ok = ok && !entry.text.empty();
    }
    into.entries.push_back(std::move(entry));
  }

  void fields(Message& message, char close) {
    while (ok && peek() != close) {
      if (peek() == '\0') {
        ok = false;
        return;
      }
      std::string name;
      if (take('[')) {
        name = "[" + word() + "]";
        ok = ok && take(']');
      } else {
        name = word();
        ok = ok && !name.empty();
      }
      const bool colon = take(':');
      if (colon && take('[')) {
        while (ok && peek() != ']') value(message, name);
        ok = ok && take(']');
      } else {
        value(message, name);
      }
    }
    if (close != '\0') ++where;
  }

  std::string_view source_;
};

}  // namespace concord::cel::textproto
